import { expect, test } from 'vitest';
import { changeConfigVars, readConfigVars } from '../../src/heroku/config-vars.ts';
import { cut, json, rejection, setUp, status } from './scripted-server.ts';

test('config vars are read as they are', async () => {
  const { server, client } = await setUp();
  server.answers(json({ DATABASE_URL: 'postgres://x', EMPTY: '' }));
  expect(await readConfigVars(client, 'shop/x')).toEqual({
    DATABASE_URL: 'postgres://x',
    EMPTY: '',
  });
  expect(server.calls).toEqual(['GET /apps/shop%2Fx/config-vars']);
});

test('config vars that the token may not see are an error', async () => {
  const { server, client } = await setUp();
  server.answers(status(403, { id: 'forbidden', message: 'You do not have access.' }));
  expect(await rejection(readConfigVars(client, 'shop'))).toMatchObject({ status: 403 });
});

const list = 'GET /apps/shop/releases';
const patch = 'PATCH /apps/shop/config-vars';

test('config vars are set and removed in one call, which makes a release', async () => {
  const { server, client } = await setUp();
  const made = { id: 'r-8', version: 8 };
  server.answers(json([{ id: 'r-7', version: 7 }]), json({ FOO: '1' }), json([made]));
  expect(await changeConfigVars(client, 'shop', { FOO: '1', OLD: null })).toEqual(made);
  expect(server.calls).toEqual([list, patch, list]);
  expect(JSON.parse(String(server.requests[1]?.body))).toEqual({ FOO: '1', OLD: null });
});

test('config vars that are as they should be make none', async () => {
  const { server, client } = await setUp();
  server.answers(json([{ id: 'r-7', version: 7 }]), json({}), json([{ id: 'r-7', version: 7 }]));
  expect(await changeConfigVars(client, 'shop', { FOO: '1' })).toBeUndefined();
});

test('config vars are set again where the answer was lost, and the release is that of the first call', async () => {
  const { server, client } = await setUp();
  const made = { id: 'r-8', version: 8 };
  server.answers(json([]), cut, json({ FOO: '1' }), json([made]));
  expect(await changeConfigVars(client, 'shop', { FOO: '1' })).toEqual(made);
  expect(server.calls).toEqual([list, patch, patch, list]);
});
