import { afterEach, describe, expect, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { createRelease, type Release, waitForRelease } from '../../src/heroku/releases.ts';
import {
  type Answer,
  cut,
  json,
  rejection,
  type ScriptedServer,
  setUp,
  status,
  text,
  truncated,
} from './scripted-server.ts';

const wanted = { slug: 's-1', description: 'Deploy abc123' };
const made: Release = { id: 'r-2', version: 2, status: 'pending', slug: { id: 's-1' } };
const before: Release = { id: 'r-1', version: 1, status: 'succeeded', slug: { id: 's-0' } };
const withoutSlug: Release = { id: 'r-0', version: 0, status: 'succeeded', slug: null };

const post = 'POST /apps/shop/releases';
const list = 'GET /apps/shop/releases';

afterEach(() => {
  vi.useRealTimers();
});

describe('a release', () => {
  test('is made with the slug and what it is for', async () => {
    const { server, client } = await setUp();
    server.answers(json(made, 201));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    expect(server.calls).toEqual([post]);
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual(wanted);
  });

  const lost: [string, Answer][] = [
    ['the connection was cut', cut],
    ['the answer was cut off in the middle', truncated],
    ['the answer was no JSON', text('ok', 201)],
    ['a gateway gave up', status(504, { id: 'timeout', message: 'Timed out.' })],
    ['the platform failed', status(500, { id: 'internal', message: 'Oops.' })],
  ];

  test.each(lost)('is not made twice where it was recorded although %s', async (_, answer) => {
    const { server, client, reporter } = await setUp();
    const releases = recordReleases(server, [answer]);
    expect(await createRelease(client, 'shop', wanted)).toMatchObject({ version: 2 });
    expect(server.calls).toEqual([post, list]);
    expect(server.requests[1]?.headers.range).toBe('version ..; max=10, order=desc');
    expect(releases).toHaveLength(1);
    expect(reporter.infos[0]).toContain('looking whether the release was made');
  });

  test.each(lost)('is made again where it was not recorded and %s', async (_, answer) => {
    const { server, client } = await setUp();
    server.answers(answer, json([before, withoutSlug]), json(made, 201));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    expect(server.calls).toEqual([post, list, post]);
  });

  test('that was lost gets time to show, and is looked for in spite of another failure', async () => {
    const { server, client, pauses } = await setUp();
    server.answers(cut, cut, json([made, before]));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    expect(server.calls).toEqual([post, list, list]);
    expect(pauses[0]).toBe(2000);
  });

  test('that never comes about ends with the last failure', async () => {
    const { server, client } = await setUp();
    server.answers(
      cut,
      json([]),
      cut,
      json([]),
      status(503, { id: 'down', message: 'Down.' }),
      json([]),
    );
    expect(await rejection(createRelease(client, 'shop', wanted))).toMatchObject({ status: 503 });
    expect(server.calls).toEqual([post, list, post, list, post, list]);
  });

  test.each([
    [403, 'forbidden'],
    [404, 'not_found'],
    [422, 'invalid_params'],
  ])('that is refused (%i) is not asked for again', async (code, id) => {
    const { server, client } = await setUp();
    server.answers(status(code, { id, message: 'No.' }));
    expect(await rejection(createRelease(client, 'shop', wanted))).toMatchObject({ status: code });
    expect(server.calls).toEqual([post]);
  });

  test('is not made by a run that was cancelled while it looked for it', async () => {
    const { server, client, cancellation, reporter } = await setUp();
    server.answers(cut);
    const reason = new DeployError('The run was cancelled.', 'Run it again.');
    const release = rejection(createRelease(client, 'shop', wanted));
    vi.spyOn(reporter, 'info').mockImplementation(() => cancellation.abort(reason));
    expect(await release).toBe(reason);
    expect(server.calls).toEqual([post]);
  });

  /** The platform keeps what it is asked to make, although its answers go wrong. */
  function recordReleases(server: ScriptedServer, answers: readonly Answer[]): Release[] {
    const releases: Release[] = [];
    server.answers(
      ...answers.map(
        (answer): Answer =>
          (request, response) => {
            releases.push(made);
            return answer(request, response);
          },
      ),
      (request, response) => json([...releases, before])(request, response),
    );
    return releases;
  }
});

describe('the end of a release', () => {
  const poll = 'GET /apps/shop/releases/r-2';

  test('is there at once where it has no release phase', async () => {
    const { server, client } = await setUp();
    const release = { ...made, status: 'succeeded' } as const;
    expect(await waitForRelease(client, 'shop', release)).toBe(release);
    expect(server.calls).toEqual([]);
  });

  test('is waited for, more and more patiently', async () => {
    const { server, client, pauses } = await setUp();
    server.answers(...Array(9).fill(json(made)), json({ ...made, status: 'succeeded' }));
    expect(await waitForRelease(client, 'shop', made)).toMatchObject({ status: 'succeeded' });
    expect(server.calls).toEqual(Array(10).fill(poll));
    expect(pauses[0]).toBe(500);
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other));
    expect(Math.max(...pauses)).toBe(5000);
  });

  test('is waited for in spite of an answer that is lost', async () => {
    const { server, client } = await setUp();
    server.answers(cut, json(made), truncated, json({ ...made, status: 'succeeded' }));
    expect(await waitForRelease(client, 'shop', made)).toMatchObject({ status: 'succeeded' });
  });

  test.each(['failed', 'expired'] as const)('that is %s is an error', async (final) => {
    const { server, client } = await setUp();
    server.answers(json({ ...made, status: final }));
    expect(await rejection(waitForRelease(client, 'shop', made))).toMatchObject({
      message: `Release v2 of shop ${final}; the release before it goes on running.`,
      remedy: expect.stringContaining('heroku releases:output v2 --app shop'),
    });
  });

  test('that does not come in time is an error', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, client } = await setUp();
    const late: Answer = (request, response) => {
      vi.advanceTimersByTime(40_000);
      return json(made)(request, response);
    };
    server.answers(late, late, late);
    expect(await rejection(waitForRelease(client, 'shop', made, 60_000))).toMatchObject({
      message: 'Release v2 of shop is still pending.',
      remedy: expect.stringContaining('heroku releases:output v2 --app shop'),
    });
    expect(server.calls).toEqual([poll, poll]);
  });

  test('is not waited for by a run that is cancelled', async () => {
    const { server, client, cancellation } = await setUp();
    const reason = new DeployError('The run was cancelled.', 'Run it again.');
    server.answers(json(made), (request, response) => {
      cancellation.abort(reason);
      return json(made)(request, response);
    });
    expect(await rejection(waitForRelease(client, 'shop', made))).toBe(reason);
    expect(server.calls).toEqual([poll, poll]);
  });
});
