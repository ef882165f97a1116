import { afterEach, describe, expect, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { ReleaseFailedError, waitForRelease } from '../../src/heroku/final-release.ts';
import type { Release } from '../../src/heroku/releases.ts';
import { releaseOf } from './release.ts';
import {
  type Answer,
  cut,
  json,
  patient,
  rejection,
  type ScriptedServer,
  setUp,
  text,
  truncated,
} from './scripted-server.ts';

const made = releaseOf(2, {
  status: 'pending',
  slug: { id: 's-1' },
  current: false,
  description: 'Deploy abc123',
});

afterEach(() => {
  vi.useRealTimers();
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
    server.answers(...Array(19).fill(json(made)), json({ ...made, status: 'succeeded' }));
    expect(await waitForRelease(client, 'shop', made)).toMatchObject({ status: 'succeeded' });
    expect(server.calls).toEqual(Array(20).fill(poll));
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
    expect(
      await rejection(waitForRelease(client, 'shop', made, { timeoutMilliseconds: 60_000 })),
    ).toMatchObject({
      message: 'Release v2 of shop is still pending after 60 s; Heroku may still finish it.',
      remedy: expect.stringMatching(/"release-timeout".+heroku releases:output v2 --app shop/),
    });
    expect(server.calls).toEqual([poll, poll]);
  });

  test('is waited for while the API does not answer', async () => {
    const { server, client } = await setUp();
    const down = json({ id: 'unavailable', message: 'down' }, 503);
    server.answers(...Array(12).fill(down), json({ ...made, status: 'succeeded' }));
    expect(await waitForRelease(client, 'shop', made)).toMatchObject({ status: 'succeeded' });
  });

  test('that is not known in time is said to be so', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { server, client } = await setUp();
    const down: Answer = (request, response) => {
      vi.advanceTimersByTime(20_000);
      return json({ id: 'unavailable', message: 'down' }, 503)(request, response);
    };
    server.answers(...Array(5).fill(down));
    const waiting = waitForRelease(client, 'shop', made, { timeoutMilliseconds: 60_000 });
    expect(await rejection(waiting)).toMatchObject({
      message: expect.stringMatching(
        /^Release v2 of shop is still pending after 60 s as far as is known \(.*down.*\); Heroku may/,
      ),
    });
  });

  test('is not waited for where the API says no', async () => {
    const { server, client } = await setUp();
    server.answers(json({ id: 'unauthorized', message: 'no' }, 401));
    expect(await rejection(waitForRelease(client, 'shop', made))).toMatchObject({ status: 401 });
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

describe('the release phase of a release', () => {
  const command = './migrate --all';

  /** A release with a log; the poll that is made then ends it. */
  async function setUpPhase(log: Answer, final: Release['status']) {
    const scripted = await setUp({ sleep: patient });
    const logServer = await setUp();
    const started = { ...made, output_stream_url: `${logServer.server.url}/stream?signature=1` };
    const whole = Promise.withResolvers<void>();
    logServer.server.answers(
      (request, response) => {
        response.on('finish', whole.resolve);
        response.on('close', whole.resolve);
        return log(request, response);
      },
      ...Array(10_000).fill(text('', 204)),
    );
    /** Pending until the log is over. */
    const poll: Answer = async (request, response) => {
      await whole.promise;
      json({ ...started, status: final })(request, response);
    };
    scripted.server.answers(json(started), poll);
    return { ...scripted, started };
  }

  test('is told while it runs, and its log’s end is not the release’s', async () => {
    const { client, reporter, server, started } = await setUpPhase(text('one\ntwo\n'), 'succeeded');
    const release = await waitForRelease(client, 'shop', started, { command });
    expect(release.status).toBe('succeeded');
    expect(reporter.outputs).toEqual(['one', 'two']);
    expect(reporter.secrets).toContain(started.output_stream_url);
    expect(server.calls).toEqual(Array(2).fill('GET /apps/shop/releases/r-2'));
  });

  test('that fails is an error with its command and its last lines', async () => {
    const lines = [...Array(30).keys()].map((index) => `line ${index}`);
    const log = text([...lines, 'x'.repeat(10_000), 'no such table'].join('\n'));
    const { client, started } = await setUpPhase(log, 'failed');
    const error = await rejection(waitForRelease(client, 'shop', started, { command }));
    expect(error).toBeInstanceOf(ReleaseFailedError);
    expect(error).toMatchObject({
      message: [
        'Release v2 of shop failed; the release before it goes on running.',
        'Its release command: ./migrate --all',
        'Its last lines:',
        ...lines.slice(-18),
        'x'.repeat(500),
        'no such table',
      ].join('\n'),
      remedy:
        'Mend what its last lines name and release again; all of them: heroku releases:output v2 --app shop',
      release: { id: 'r-2', status: 'failed' },
      lastLines: expect.arrayContaining(['no such table']),
    });
  });

  test('that has ended already is read as well', async () => {
    const { client, reporter, started } = await setUpPhase(text('boom\n'), 'failed');
    const failed = { ...started, status: 'failed' } as const;
    const error = await rejection(waitForRelease(client, 'shop', failed));
    expect(error).toMatchObject({ lastLines: ['boom'] });
    expect(reporter.outputs).toEqual(['boom']);
  });

  test('shows although the release had no log at first', async () => {
    const { client, reporter, started } = await setUpPhase(text('one\n'), 'succeeded');
    await waitForRelease(client, 'shop', { ...started, output_stream_url: null });
    expect(reporter.outputs).toEqual(['one']);
  });

  test('whose log never ends does not hold the release up', async () => {
    const begun = Promise.withResolvers<void>();
    const { server, client, reporter } = await setUp();
    const started = { ...made, output_stream_url: `${server.url}/stream?signature=1` };
    const hanging: Answer = (_request, response) =>
      response.write('one\nhalf', () => begun.resolve());
    route(server, hanging, async (request, response) => {
      await begun.promise;
      json({ ...started, status: 'succeeded' })(request, response);
    });
    expect(await waitForRelease(client, 'shop', started)).toMatchObject({ status: 'succeeded' });
    expect(reporter.outputs).toEqual(['one', 'half']);
  });

  test('is followed no more by a run that is cancelled', async () => {
    const { server, client, cancellation } = await setUp();
    const started = { ...made, output_stream_url: `${server.url}/stream?signature=1` };
    const reason = new DeployError('The run was cancelled.', 'Run it again.');
    route(
      server,
      (_request, response) => response.write('one\n'),
      () => cancellation.abort(reason),
    );
    expect(await rejection(waitForRelease(client, 'shop', started))).toBe(reason);
  });

  test('is followed no more once the wait is over', async () => {
    const { server, client } = await setUp();
    const started = { ...made, output_stream_url: `${server.url}/stream?signature=1` };
    route(server, text('', 404), json(started));
    const wait = waitForRelease(client, 'shop', started, { timeoutMilliseconds: 1 });
    expect(await rejection(wait)).toMatchObject({
      message: expect.stringContaining('is still pending'),
    });
  });

  /** Answers by what is asked for, since log and state are asked for side by side. */
  function route(server: ScriptedServer, log: Answer, state: Answer): void {
    const answer: Answer = (request, response) =>
      (request.path.startsWith('/stream') ? log : state)(request, response);
    server.answers(...Array(10_000).fill(answer));
  }
});
