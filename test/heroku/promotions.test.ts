import { afterEach, describe, expect, test, vi } from 'vitest';
import { findPipeline, type Promotion, promote } from '../../src/heroku/promotions.ts';
import { type Answer, cut, json, rejection, setUp, status } from './scripted-server.ts';

const eu = { id: 'id-eu', name: 'shop-eu' };
const us = { id: 'id-us', name: 'shop-us' };
const promotion: Promotion = {
  pipelineId: 'p-1',
  source: { id: 'id-staging', name: 'shop-staging' },
  releaseId: 'r-4',
  targets: [eu],
};

const post = 'POST /pipeline-promotions';
const poll = 'GET /pipeline-promotions/x-1/promotion-targets';
const list = 'GET /apps/shop-eu/releases';
const old = {
  id: 'r-7',
  version: 7,
  status: 'succeeded',
  description: 'Promote shop-staging v3 0123456',
};
const made = {
  id: 'r-8',
  version: 8,
  status: 'pending',
  description: 'Promote shop-staging v4 89abcde',
};

function target(app: { id: string }, more: object = {}) {
  return { id: `t-${app.id}`, app, status: 'pending', error_message: null, release: null, ...more };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('an app’s pipeline', () => {
  const path = 'GET /apps/shop%2Fx/pipeline-couplings';

  test('is found with the stage that the app is at', async () => {
    const { server, client } = await setUp();
    server.answers(json({ id: 'c', pipeline: { id: 'p-1' }, stage: 'staging' }));
    expect(await findPipeline(client, 'shop/x')).toEqual({ pipelineId: 'p-1', stage: 'staging' });
    expect(server.calls).toEqual([path]);
  });

  test('may not be there; one that may not be seen is an error', async () => {
    const { server, client } = await setUp();
    server.answers(
      status(404, { id: 'not_found', message: 'Not found.' }),
      status(403, { id: 'forbidden', message: 'No.' }),
    );
    expect(await findPipeline(client, 'shop')).toBeUndefined();
    expect(await rejection(findPipeline(client, 'shop'))).toMatchObject({ status: 403 });
  });
});

describe('a promotion', () => {
  test('ends with a release for each target, or why there is none', async () => {
    const { server, client } = await setUp();
    const failed = target(us, { status: 'failed', error_message: 'Slug is for another region' });
    // The targets' releases so far are asked for side by side.
    server.answers(
      json([]),
      json([]),
      json({ id: 'x-1', status: 'pending' }, 201),
      json([target(us), target(eu)]),
      json([failed, target(eu)]),
      json([failed, target(eu, { release: { id: 'r-8' } })]),
      json(made),
    );
    expect(await promote(client, { ...promotion, targets: [eu, us] })).toEqual([
      { app: eu, release: made },
      { app: us, error: 'Slug is for another region' },
    ]);
    expect(server.calls.slice(2)).toEqual([post, poll, poll, poll, `${list}/r-8`]);
    expect(JSON.parse(String(server.requests[2]?.body))).toEqual({
      pipeline: { id: 'p-1' },
      source: { app: { id: 'id-staging' }, release: { id: 'r-4' } },
      targets: [{ app: { id: 'id-eu' } }, { app: { id: 'id-us' } }],
    });
  });

  test('whose release failed in its release phase has that release', async () => {
    const { server, client } = await setUp();
    const failed = { ...made, status: 'failed' };
    const release = { id: 'r-8' };
    server.answers(
      json([]),
      json({ id: 'x-1' }, 201),
      json([target(eu, { status: 'failed', error_message: 'Release command failed', release })]),
      json(failed),
    );
    expect(await promote(client, promotion)).toEqual([{ app: eu, release: failed }]);
  });

  test('whose answer was lost is found by its release, and is not begun twice', async () => {
    const { server, client, reporter } = await setUp();
    const changed = { id: 'r-9', version: 9, description: 'Set FOO config vars' };
    server.answers(
      json([old]),
      cut,
      json([changed, made, old]),
      json([changed, made, old]),
      json(made),
    );
    expect(await promote(client, promotion)).toEqual([{ app: eu, release: made }]);
    expect(server.calls).toEqual([list, post, list, list, `${list}/r-8`]);
    expect(reporter.infos[0]).toContain('looking whether the promotion was begun');
  });

  test('that was not begun is begun again', async () => {
    const { server, client } = await setUp();
    server.answers(
      json([old]),
      status(502, { id: 'gateway', message: 'Bad gateway.' }),
      json([{ id: 'r-8', version: 8, description: 'Promote other-staging v1' }, old]),
      json({ id: 'x-1' }, 201),
      json([target(eu, { release: { id: 'r-9' } })]),
      json(made),
    );
    await promote(client, promotion);
    expect(server.calls).toEqual([list, post, list, post, poll, `${list}/r-9`]);
  });

  test('that never comes about ends with the last failure', async () => {
    const { server, client } = await setUp();
    const down = status(503, { id: 'down', message: 'Down.' });
    server.answers(json([]), cut, json([]), cut, json([]), down, json([]));
    expect(await rejection(promote(client, promotion))).toMatchObject({ status: 503 });
    expect(server.calls.filter((call) => call === post)).toHaveLength(3);
  });

  test('is not begun again where only the look at it fails', async () => {
    const { server, client } = await setUp();
    server.answers(json([]), json({ id: 'x-1' }, 201), ...Array(5).fill(cut));
    await rejection(promote(client, promotion));
    expect(server.calls.filter((call) => call === post)).toHaveLength(1);
  });

  test('that is refused is an error', async () => {
    const { server, client } = await setUp();
    server.answers(json([]), status(422, { id: 'invalid_params', message: 'No downstream apps' }));
    expect(await rejection(promote(client, promotion))).toMatchObject({ status: 422 });
    expect(server.calls).toEqual([list, post]);
  });

  test('that a target does not begin in time says so there', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, client } = await setUp();
    const late: Answer = (request, response) => {
      vi.advanceTimersByTime(6 * 60_000);
      return json([target(eu)])(request, response);
    };
    server.answers(json([]), json({ id: 'x-1' }, 201), late, late);
    expect(await promote(client, promotion)).toEqual([
      { app: eu, error: 'It was not begun within 10 minutes.' },
    ]);
    expect(server.calls).toEqual([list, post, poll, poll]);
  });
});
