import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { type DeploymentOptions, startDeployment } from '../../src/github/deployment.ts';
import {
  type Answer,
  cut,
  json,
  rejection,
  ScriptedServer,
  silence,
  text,
} from '../heroku/scripted-server.ts';
import { RecordingReporter } from '../support/reporter.ts';

const token = 'ghs_secret';
const reason = new DeployError('The run was cancelled.', 'Run it again.');

async function setUp(options: Partial<DeploymentOptions> & { base?: string } = {}) {
  const server = await new ScriptedServer().start();
  onTestFinished(() => server.stop());
  const reporter = new RecordingReporter();
  const cancellation = new AbortController();
  const { base = '', ...others } = options;
  return {
    server,
    reporter,
    cancellation,
    options: {
      job: {
        apiUrl: `${server.url}${base}`,
        repository: 'org/shop',
        sha: 'a1b2c3',
        runUrl: 'https://github.com/org/shop/actions/runs/42',
      },
      token,
      environment: 'production',
      environmentUrl: 'https://shop.herokuapp.com/',
      description: 'Release to shop',
      reporter,
      signal: cancellation.signal,
      sleep: async (_milliseconds: number, signal: AbortSignal) => signal.throwIfAborted(),
      ...others,
    } satisfies DeploymentOptions,
  };
}

const created = json({ id: 7 }, 201);
const shown = json({ id: 1 }, 201);
const statuses = 'POST /repos/org/shop/deployments/7/statuses';
const forbidden = json({ message: 'Resource not accessible by integration' }, 403, {
  'x-github-request-id': 'G-1',
});

function bodies(server: ScriptedServer): unknown[] {
  return server.requests.map(({ body }) => JSON.parse(String(body)));
}

describe('a deployment', () => {
  test.each(['success', 'failure', 'error'] as const)(
    'is shown from its start to its %s',
    async (result) => {
      const { server, options, reporter } = await setUp();
      server.answers(created, shown, shown);
      const deployment = await startDeployment(options);
      await deployment.finish(result, 'v42 runs');
      expect(server.calls).toEqual(['POST /repos/org/shop/deployments', statuses, statuses]);
      const log_url = 'https://github.com/org/shop/actions/runs/42';
      expect(bodies(server)).toEqual([
        {
          ref: 'a1b2c3',
          environment: 'production',
          description: 'Release to shop',
          auto_merge: false,
          required_contexts: [],
        },
        { state: 'in_progress', log_url },
        {
          state: result,
          log_url,
          description: 'v42 runs',
          environment_url: 'https://shop.herokuapp.com/',
          auto_inactive: result === 'success',
        },
      ]);
      for (const { headers } of server.requests) {
        expect(headers).toMatchObject({
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token}`,
          'user-agent': 'heroku-docker-release',
        });
      }
      expect(reporter.warnings).toEqual([]);
    },
  );

  test('is made at an Enterprise Server’s own path', async () => {
    const { server, options } = await setUp({ base: '/api/v3' });
    server.answers(created, shown, shown);
    await (await startDeployment(options)).finish('success', 'done');
    expect(server.calls).toEqual([
      'POST /api/v3/repos/org/shop/deployments',
      'POST /api/v3/repos/org/shop/deployments/7/statuses',
      'POST /api/v3/repos/org/shop/deployments/7/statuses',
    ]);
  });

  test('is made in spite of answers that are lost', async () => {
    const { server, options, reporter } = await setUp();
    const troubles = [
      json({ message: 'Unavailable' }, 503),
      cut,
      text('<h1>Bad gateway</h1>', 502),
    ];
    server.answers(...troubles, created, ...troubles, shown, ...troubles, shown);
    await (await startDeployment(options)).finish('success', 'done');
    expect(server.requests).toHaveLength(12);
    expect(reporter.warnings).toEqual([]);
  });

  test('has a description of the length that GitHub takes, and no URL where there is none', async () => {
    const { server, options } = await setUp({ environmentUrl: undefined });
    server.answers(created, shown, shown);
    await (await startDeployment(options)).finish('failure', 'x'.repeat(500));
    const [, , status] = bodies(server);
    expect(status).toMatchObject({ description: 'x'.repeat(140) });
    expect(status).not.toHaveProperty('environment_url');
  });
});

describe('trouble with GitHub is no more than a warning', () => {
  test('that names the permission where that is missing', async () => {
    const { server, options, reporter } = await setUp();
    server.answers(forbidden);
    await (await startDeployment(options)).finish('success', 'done');
    expect(reporter.warnings.map(({ message }) => message)).toEqual([
      'GitHub does not show the deployment: POST /repos/org/shop/deployments: Resource not accessible by integration (HTTP 403, Request-Id G-1)\nGive the job "permissions: deployments: write".',
    ]);
    expect(server.requests).toHaveLength(1);
  });

  const troubles: [string, Answer][] = [
    ['the token is not good', json({ message: 'Bad credentials' }, 401)],
    ['there is no such repository', json({ message: 'Not Found' }, 404)],
    ['it refuses', json({ message: 'No ref found' }, 422)],
    ['it is down', json({ message: 'Unavailable' }, 503)],
    ['nobody answers', cut],
    ['somebody else answers', text('<h1>Log in</h1>')],
    ['it leads elsewhere', text('', 302, { location: 'https://elsewhere.example.org/' })],
  ];

  test.each(troubles)('at the start, where %s', async (_, answer) => {
    const { server, options, reporter } = await setUp();
    server.answers(...Array(5).fill(answer));
    await (await startDeployment(options)).finish('success', 'done');
    expect(reporter.warnings).toHaveLength(1);
    expect(reporter.warnings[0]?.message).toMatch(/^GitHub does not show the deployment: /);
    expect(JSON.stringify(reporter)).not.toContain(token);
  });

  test.each(troubles)('at the end, where %s', async (_, answer) => {
    const { server, options, reporter } = await setUp();
    server.answers(created, shown, ...Array(5).fill(answer));
    const deployment = await startDeployment(options);
    expect(reporter.warnings).toEqual([]);
    await deployment.finish('success', 'done');
    expect(reporter.warnings).toHaveLength(1);
  });

  test('in the middle, after which the end is told all the same', async () => {
    const { server, options, reporter } = await setUp();
    server.answers(created, forbidden, shown);
    await (await startDeployment(options)).finish('success', 'done');
    expect(server.calls.at(-1)).toBe(statuses);
    expect(reporter.warnings).toHaveLength(1);
  });

  test('where it does not answer in time', async () => {
    const { server, options, reporter } = await setUp({ answerTimeoutMilliseconds: 50 });
    server.answers(...Array(5).fill(silence));
    await (await startDeployment(options)).finish('success', 'done');
    expect(reporter.warnings).toHaveLength(1);
  });
});

describe('The token for GitHub goes to the API that the runner names, by TLS, and nowhere else by a redirect', () => {
  test.each([301, 302, 307, 308])('HTTP %i', async (code) => {
    const { server, options } = await setUp();
    const { server: elsewhere } = await setUp();
    server.answers(text('', code, { location: `${elsewhere.url}/repos/org/shop/deployments` }));
    await (await startDeployment(options)).finish('success', 'done');
    expect(elsewhere.requests).toEqual([]);
  });

  test.each(['http://git.example.org/api/v3', 'git.example.org'])(
    'nor to an API without TLS: %s',
    async (apiUrl) => {
      const { options, reporter } = await setUp();
      const job = { ...options.job, apiUrl };
      await (await startDeployment({ ...options, job })).finish('success', 'done');
      expect(reporter.warnings).toHaveLength(1);
    },
  );
});

describe('a cancelled run', () => {
  test('waits for no start', async () => {
    const { server, options, cancellation, reporter } = await setUp();
    server.answers(silence);
    const start = rejection(startDeployment(options));
    await vi.waitUntil(() => server.requests.length === 1);
    cancellation.abort(reason);
    expect(await start).toBe(reason);
    expect(reporter.warnings).toEqual([]);
  });

  test('does not leave a deployment that was just made under way', async () => {
    const { server, options, cancellation } = await setUp();
    server.answers(created, silence, shown);
    const start = rejection(startDeployment(options));
    await vi.waitUntil(() => server.requests.length === 2);
    cancellation.abort(reason);
    expect(await start).toBe(reason);
    expect(bodies(server)[2]).toMatchObject({ state: 'error', description: 'Cancelled' });
  });

  test('tells its end', async () => {
    const { server, options, cancellation } = await setUp();
    server.answers(created, shown, shown);
    const deployment = await startDeployment(options);
    cancellation.abort(reason);
    await deployment.finish('error', 'cancelled');
    expect(bodies(server)[2]).toMatchObject({ state: 'error', description: 'cancelled' });
  });

  test('does not wait long for that', async () => {
    const { server, options, cancellation, reporter } = await setUp();
    server.answers(created, shown, silence);
    const deployment = await startDeployment(options);
    cancellation.abort(reason);
    await deployment.finish('error', 'cancelled');
    expect(reporter.warnings).toHaveLength(1);
  });
});
