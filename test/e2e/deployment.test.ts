import { afterEach, beforeEach, expect, test } from 'vitest';
import { json, ScriptedServer } from '../heroku/scripted-server.ts';
import { writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { machine } from '../support/machine.ts';
import { runAction, type Step } from '../support/runner.ts';

const heroku = useLocalHeroku();
const token = 'ghs_e2e_secret';
let github: ScriptedServer;

beforeEach(async () => {
  github = await new ScriptedServer().start();
});
afterEach(() => github.stop());

/** Releases an app whose slug is made in a second, in a job of an Enterprise Server. */
function release(app: string, procfile: string): Promise<Step> {
  return runAction(
    { ...heroku.inputs(app), 'github-token': token },
    {
      workspace: writeApp({
        Dockerfile: `FROM ${machine.stackImage}\nUSER root\nWORKDIR /app\nCOPY . .\n`,
        Procfile: procfile,
        '.dockerignore': 'Dockerfile\n',
      }),
      environment: {
        GITHUB_API_URL: `${github.url}/api/v3`,
        GITHUB_SERVER_URL: 'https://git.example.org',
        GITHUB_REPOSITORY: 'org/shop',
        GITHUB_SHA: 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0',
        GITHUB_RUN_ID: '42',
      },
    },
  );
}

test('a release shows as a deployment, good or bad', async () => {
  const shown = json({ id: 7 }, 201);
  github.answers(...Array(6).fill(shown));
  const app = await heroku.createApp();
  const good = await release(app, 'worker: sleep 600\n');
  expect(good.exitCode, good.log).toBe(0);
  const bad = await release(app, 'worker: sleep 600\nrelease: exit 1\n');
  expect(bad.exitCode, bad.log).toBe(1);
  const [created, ...others] = github.requests.map(({ body }) => JSON.parse(String(body)));
  expect(created).toMatchObject({
    ref: 'a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0',
    environment: app,
  });
  expect(others.map(({ state }) => state)).toEqual([
    'in_progress',
    'success',
    undefined,
    'in_progress',
    'failure',
  ]);
  expect(others[1]).toMatchObject({
    log_url: 'https://git.example.org/org/shop/actions/runs/42',
    environment_url: good.outputs['web-url'],
  });
  expect(github.calls.every((call) => call.startsWith('POST /api/v3/repos/org/shop/'))).toBe(true);
  expect(good.log).toMatch(new RegExp(`^::add-mask::${token}$`, 'm'));
});

test('a release does not fail for GitHub’s sake', async () => {
  github.answers(json({ message: 'Resource not accessible by integration' }, 403));
  const step = await release(await heroku.createApp(), 'worker: sleep 600\n');
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log).toMatch(/^::warning::.+permissions: deployments: write/m);
  expect(github.requests).toHaveLength(1);
});
