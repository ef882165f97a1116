import { expect, test } from 'vitest';
import { scale } from '../../src/heroku/formation.ts';
import { cut, json, rejection, setUp, status } from './scripted-server.ts';

const patch = 'PATCH /apps/shop/formation';

test('process types are scaled in one call, which says only what is to change', async () => {
  const { server, client } = await setUp();
  server.answers(json([]));
  await scale(client, 'shop', [
    { type: 'web', quantity: 2, size: 'standard-1x' },
    { type: 'worker', quantity: 0 },
    { type: 'clock', size: 'basic' },
  ]);
  expect(server.calls).toEqual([patch]);
  expect(JSON.parse(String(server.requests[0]?.body))).toEqual({
    updates: [
      { type: 'web', quantity: 2, dyno_size: { name: 'standard-1x' } },
      { type: 'worker', quantity: 0 },
      { type: 'clock', dyno_size: { name: 'basic' } },
    ],
  });
});

test('scaling may be asked for again', async () => {
  const { server, client } = await setUp();
  server.answers(cut, json([]));
  await scale(client, 'shop', [{ type: 'web', quantity: 1 }]);
  expect(server.calls).toEqual([patch, patch]);
});

test('a process type that the app lacks is an error', async () => {
  const { server, client } = await setUp();
  const message = "Couldn't find that process type (none).";
  server.answers(status(404, { id: 'not_found', message }));
  const error = await rejection(scale(client, 'shop', [{ type: 'none', quantity: 1 }]));
  expect(error).toMatchObject({ message: expect.stringContaining('(none)') });
});
