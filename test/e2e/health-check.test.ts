import { beforeEach, describe, expect, test } from 'vitest';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInTemporaryFolder, runAction, type Step } from '../support/runner.ts';
import { append, type WebApp, webApp } from '../support/web-app.ts';

const heroku = useLocalHeroku();

let name: string;
let app: WebApp;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  return runAction({ ...heroku.inputs(name), 'health-check': '/health', ...inputs }, app);
}

async function page(): Promise<string> {
  const { web_url: url } = await heroku.app(name);
  return (await fetch(url)).text();
}

beforeEach(async () => {
  name = await heroku.createApp();
  app = webApp();
});

describe('a health check', () => {
  test('passes where status and text are as they should be', async () => {
    const step = await release({ 'health-check-text': 'hello, nobody' });
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log).toMatch(/GET http:\/\/127\.0\.0\.1:\d+\/health answers 200/);
  });

  test('fails the step where the page is another, and says what it wanted', async () => {
    const step = await release({ 'health-check-text': 'goodbye', 'health-check-timeout': '3' });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toMatch(/was not healthy within 3 s: .*does not have the text "goodbye"/);
    expect(step.log).toContain(`heroku logs --app ${name}`);
    // What was released is told all the same.
    expect(step.outputs).toMatchObject({ changed: 'true', 'release-status': 'succeeded' });
    expect(step.summary).toContain(`<h2>Not released: ${name}</h2>`);
  });

  test('fails where the dyno crashes, though nothing else was asked', async () => {
    const crashing = webApp({ Procfile: 'web: echo I give up; exit 3\n' });
    const step = await runAction(
      { ...heroku.inputs(name), 'health-check': '/', 'health-check-timeout': '4' },
      crashing,
    );
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toMatch(/was not healthy within 4 s: web\.1 is crashed/);
  });
});

describe('a rollback', () => {
  beforeEach(async () => {
    await heroku.setConfigVars(name, { NAME: 'Ada' });
    const good = await release();
    expect(good.exitCode, good.log).toBe(0);
    expect(good.outputs['release-version']).toBe('3');
    app.change('broken');
  });

  test('restores slug and config vars from before a release that is not healthy', async () => {
    const step = await release({
      rollback: 'true',
      'config-vars': 'NAME=Grace\nNEW=value',
      'health-check-timeout': '2',
    });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toMatch(/GET \S+ answered 500/);
    expect(step.log).toContain('Rolled back: v3 runs again, as v6.');
    expect(step.summary).toContain('Rolled back: v3 runs again, as v6.');
    expect(await page()).toBe('hello, Ada\n');
    expect(await heroku.configVars(name)).toEqual({ NAME: 'Ada' });
    expect(leftInTemporaryFolder(step)).toEqual([]);
  });

  test('is not made unless it was asked for, and what stays is said', async () => {
    const step = await release({ 'config-vars': 'NEW=value', 'health-check-timeout': '2' });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain('The config vars NEW stay changed');
    expect(await heroku.slugReleases(name)).toHaveLength(3);
    expect(await page()).toBe('broken, Ada\n');
  });

  test('puts config vars back where the release phase failed', async () => {
    append(app, 'Procfile', 'release: echo migrating $NEW; sleep 1; exit 7\n');
    const step = await release({ rollback: 'true', 'config-vars': 'NEW=value' });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain('migrating ***');
    expect(step.log).toMatch(/Release v5 of \S+ failed/);
    expect(step.outputs['release-status']).toBe('failed');
    expect(await heroku.configVars(name)).toEqual({ NAME: 'Ada' });
    expect(await page()).toBe('hello, Ada\n');
  });

  test('leaves what somebody else released meanwhile', async () => {
    let meddled: Promise<void> | undefined;
    const step = await runAction(
      {
        ...heroku.inputs(name),
        'health-check': '/health',
        'health-check-timeout': '5',
        rollback: 'true',
      },
      {
        ...app,
        onLog: (log) => {
          if (log.includes('Health check of'))
            meddled ??= heroku.setConfigVars(name, { BY: 'another' });
        },
      },
    );
    await meddled;
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain('v5 came from elsewhere meanwhile, so nothing was rolled back.');
    expect(await heroku.configVars(name)).toEqual({ NAME: 'Ada', BY: 'another' });
  });
});

describe('an app’s first release that is not healthy', () => {
  test('has nothing to go back to, but its config vars are what they were', async () => {
    app.change('broken');
    const step = await release({
      rollback: 'true',
      'config-vars': 'NAME=Grace',
      'health-check-timeout': '2',
    });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain('Not rolled back: v1 cannot be gone back to; the config vars are');
    expect(await heroku.configVars(name)).toEqual({});
  });
});
