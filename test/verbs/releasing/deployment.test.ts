import { describe, expect, test } from 'vitest';
import { DeployError } from '../../../src/errors.ts';
import { withDeployment } from '../../../src/verbs/releasing/deployment.ts';
import { json, rejection } from '../../heroku/scripted-server.ts';
import { createSettings } from '../../support/settings.ts';
import { setUpTarget } from './target.ts';

async function setUp({
  environment,
  isJob = true,
}: {
  environment?: string;
  isJob?: boolean;
} = {}) {
  const settings = { githubToken: 'ghs_secret', environment };
  const { target, server: github, reporter, cancellation } = await setUpTarget(settings);
  github.answers(json({ id: 7 }, 201), json({ id: 1 }, 201), json({ id: 2 }, 201));
  const job = {
    GITHUB_API_URL: `${github.url}/api/v3`,
    GITHUB_SERVER_URL: 'https://git.example.org',
    GITHUB_REPOSITORY: 'org/shop',
    GITHUB_SHA: 'a1b2c3',
    GITHUB_RUN_ID: '42',
  };
  return {
    target: {
      ...target,
      app: { ...target.app, webUrl: 'https://shop.herokuapp.com/' },
      context: { ...target.context, environment: isJob ? job : {} },
    },
    reporter,
    cancellation,
    github,
    bodies: () => github.requests.map(({ body }) => JSON.parse(String(body))),
  };
}

describe('a release is shown at GitHub', () => {
  test('from its start to its end', async () => {
    const { target, github, bodies, reporter } = await setUp();
    let seen: unknown[] = [];
    await withDeployment(target, async () => {
      seen = bodies();
    });
    expect(seen).toMatchObject([
      { ref: 'a1b2c3', environment: 'shop', description: 'Release to shop' },
      { state: 'in_progress', log_url: 'https://git.example.org/org/shop/actions/runs/42' },
    ]);
    expect(bodies()[2]).toMatchObject({
      state: 'success',
      environment_url: 'https://shop.herokuapp.com/',
    });
    expect(github.calls[0]).toBe('POST /api/v3/repos/org/shop/deployments');
    expect(reporter.warnings).toEqual([]);
  });

  test('in the environment that is asked for', async () => {
    const { target, bodies } = await setUp({ environment: 'production' });
    await withDeployment(target, async () => {});
    expect(bodies()[0]).toMatchObject({ environment: 'production' });
  });

  test('as a failure, without what is for the log alone', async () => {
    const { target, bodies } = await setUp();
    const error = new DeployError('The key hunter2 is wrong.', 'Take another.');
    const failing = withDeployment(target, () => Promise.reject(error));
    expect(await rejection(failing)).toBe(error);
    expect(bodies()[2]).toMatchObject({
      state: 'failure',
      description: 'Failed; the log says why',
    });
  });

  test('as an error where it was cancelled', async () => {
    const { target, bodies, cancellation } = await setUp();
    const reason = new DeployError('The run was cancelled.', 'Run it again.');
    const cancelled = withDeployment(target, async () => {
      cancellation.abort(reason);
      throw reason;
    });
    expect(await rejection(cancelled)).toBe(reason);
    expect(bodies()[2]).toMatchObject({ state: 'error' });
  });
});

describe('a release is not shown at GitHub', () => {
  test('without a token', async () => {
    const { target, github } = await setUp();
    const { context } = target;
    const without = { ...context, settings: createSettings() };
    await withDeployment({ ...target, context: without }, async () => {});
    expect(github.requests).toEqual([]);
  });

  test('outside of a job, which is a warning', async () => {
    const { target, github, reporter } = await setUp({ isJob: false });
    await withDeployment(target, async () => {});
    expect(github.requests).toEqual([]);
    expect(reporter.warnings[0]?.message).toContain('no job of GitHub Actions');
  });
});
