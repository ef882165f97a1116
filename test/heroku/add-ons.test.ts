import { afterEach, describe, expect, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { type AddOn, createAddOn, listAddOns, waitForAddOn } from '../../src/heroku/add-ons.ts';
import { type Answer, cut, json, rejection, setUp, status } from './scripted-server.ts';

const list = 'GET /apps/shop/addons';
const post = 'POST /apps/shop/addons';
const database: AddOn = {
  id: 'a-1',
  name: 'postgresql-shallow-12345',
  plan: 'heroku-postgresql:essential-0',
  state: 'provisioning',
};
const cache: AddOn = {
  id: 'a-2',
  name: 'redis-flat-1',
  plan: 'heroku-redis:mini',
  state: 'provisioned',
};

/** As the platform has it. */
function answer({ plan, ...rest }: AddOn) {
  return { ...rest, plan: { id: 'p', name: plan }, addon_service: { id: 's', name: 'x' } };
}

afterEach(() => {
  vi.useRealTimers();
});

test('add-ons are listed with plan and state', async () => {
  const { server, client } = await setUp();
  server.answers(json([answer(database), answer(cache)]));
  expect(await listAddOns(client, 'shop')).toEqual([database, cache]);
  expect(server.calls).toEqual([list]);
});

describe('a new add-on', () => {
  test('is asked for with all that the app says of it', async () => {
    const { server, client } = await setUp();
    server.answers(json([]), json(answer(database), 201));
    const wanted = { plan: 'heroku-postgresql', as: 'MAIN', options: { version: '16' } };
    expect(await createAddOn(client, 'shop', wanted)).toEqual(database);
    expect(server.calls).toEqual([list, post]);
    expect(JSON.parse(String(server.requests[1]?.body))).toEqual({
      plan: 'heroku-postgresql',
      attachment: { name: 'MAIN' },
      config: { version: '16' },
    });
  });

  test.each(['heroku-postgresql:essential-0', 'heroku-postgresql'])(
    'is not made twice where the answer was lost (%s)',
    async (plan) => {
      const { server, client } = await setUp();
      const old = { ...database, id: 'a-0' };
      server.answers(json([answer(old)]), cut, json([old, cache, database].map(answer)));
      expect(await createAddOn(client, 'shop', { plan })).toEqual(database);
      expect(server.calls).toEqual([list, post, list]);
      expect(JSON.parse(String(server.requests[1]?.body))).toEqual({ plan });
    },
  );

  test('is asked for again where it was not made', async () => {
    const { server, client } = await setUp();
    const other = { ...database, id: 'a-3', plan: 'heroku-postgresql-plus:x' };
    server.answers(json([]), cut, json([answer(other)]), json(answer(database), 201));
    expect(await createAddOn(client, 'shop', { plan: 'heroku-postgresql' })).toEqual(database);
    expect(server.calls).toEqual([list, post, list, post]);
  });

  test('that never comes about ends with the last failure', async () => {
    const { server, client } = await setUp();
    const down = status(503, { id: 'down', message: 'Down.' });
    server.answers(json([]), cut, json([]), cut, json([]), down, json([]));
    const error = await rejection(createAddOn(client, 'shop', { plan: 'x' }));
    expect(error).toMatchObject({ status: 503 });
    expect(server.calls).toEqual([list, post, list, post, list, post, list]);
  });

  test('that is refused is not asked for again', async () => {
    const { server, client } = await setUp();
    const message = 'Please verify your account to install this add-on plan';
    server.answers(json([]), status(402, { id: 'verification_required', message }));
    const error = await rejection(createAddOn(client, 'shop', { plan: 'x' }));
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(server.calls).toEqual([list, post]);
  });
});

describe('an add-on on its way', () => {
  const poll = `${list}/a-1`;
  const ready = { ...database, state: 'provisioned' } as const;

  test('is waited for', async () => {
    const { server, client } = await setUp();
    server.answers(json(answer(database)), cut, json(answer(ready)));
    expect(await waitForAddOn(client, 'shop', database)).toEqual(ready);
    expect(server.calls).toEqual([poll, poll, poll]);
    expect(await waitForAddOn(client, 'shop', cache)).toBe(cache);
  });

  test('that is taken away is an error', async () => {
    const { server, client } = await setUp();
    server.answers(json(answer({ ...database, state: 'deprovisioned' })));
    expect(await rejection(waitForAddOn(client, 'shop', database))).toMatchObject({
      message:
        'The add-on postgresql-shallow-12345 (heroku-postgresql:essential-0) of shop is deprovisioned.',
      remedy: expect.stringContaining('heroku addons:info postgresql-shallow-12345 --app shop'),
    });
  });

  test('that does not come in time is an error', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, client } = await setUp();
    const late: Answer = (request, response) => {
      vi.advanceTimersByTime(11 * 60_000);
      return json(answer(database))(request, response);
    };
    server.answers(late, late);
    expect(await rejection(waitForAddOn(client, 'shop', database))).toMatchObject({
      message: expect.stringContaining('is provisioning after 20 minutes'),
    });
    expect(server.calls).toEqual([poll, poll]);
  });

  test('is not waited for by a run that is cancelled', async () => {
    const { server, client, cancellation } = await setUp();
    const reason = new DeployError('The run was cancelled.', 'Run it again.');
    server.answers((request, response) => {
      cancellation.abort(reason);
      return json(answer(database))(request, response);
    });
    expect(await rejection(waitForAddOn(client, 'shop', database))).toBe(reason);
  });
});
