import { beforeEach, expect, test } from 'vitest';
import { useLocalHeroku } from '../support/heroku.ts';
import { runAction, type Step } from '../support/runner.ts';
import { type WebApp, webApp } from '../support/web-app.ts';

const heroku = useLocalHeroku();

let names: string[];
let app: WebApp;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  return runAction({ ...heroku.inputs(names.join('\n')), ...inputs }, app);
}

function releases(step: Step): Record<string, unknown>[] {
  return JSON.parse(step.outputs['releases'] ?? '[]');
}

/** How often a text stands in the log. */
function count(step: Step, text: string | RegExp): number {
  return step.log.split(text).length - 1;
}

beforeEach(async () => {
  names = [];
  for (let app = 0; app < 3; app++) names.push(await heroku.createApp());
  app = webApp({ Procfile: 'web: exec perl server.pl\nrelease: test "$ALLOWED" != no\n' });
});

test('several apps get one slug side by side, each told apart in the log', async () => {
  const step = await release();
  expect(step.exitCode, step.log).toBe(0);
  expect(releases(step)).toEqual(
    names.map((app) =>
      expect.objectContaining({ app, changed: true, version: 2, status: 'succeeded', error: null }),
    ),
  );
  expect(count(step, 'group::Slug')).toBe(1);
  for (const name of names) {
    expect(step.log).toContain(`${name}: Upload to ${name}`);
    expect(step.log).toContain(`${name}: Release v2 is pending`);
    expect(step.summary).toContain(`<tr><td>${name}</td><td>v2</td><td>released</td>`);
    const { web_url: url } = await heroku.app(name);
    expect(await (await fetch(url)).text()).toBe('hello, nobody\n');
  }
  const again = await release({ parallel: '1' });
  expect(again.outputs['changed']).toBe('false');
});

test('an app that fails does not keep the others from their release, nor hide them', async () => {
  const [first = '', failing = '', last = ''] = names;
  await heroku.setConfigVars(failing, { ALLOWED: 'no' });
  const step = await release({ parallel: '2' });
  expect(step.exitCode, step.log).toBe(1);
  expect(releases(step)).toMatchObject([
    { app: first, status: 'succeeded', error: null },
    { app: failing, status: 'failed', error: expect.stringContaining('failed') },
    { app: last, status: 'succeeded', error: null },
  ]);
  expect(step.log).toContain(`1 of 3 apps failed:%0A${failing}: Release v3 of ${failing} failed`);
  expect(step.summary).toContain(`<h2>Released to ${first}, ${last}; failed: ${failing}</h2>`);
  expect(step.outputs).toMatchObject({ changed: 'true', 'release-version': '2' });
});

async function couple(stages: readonly string[]): Promise<void> {
  const pipeline = await heroku.call<{ id: string }>('POST', '/pipelines', { name: names[0] });
  for (const [index, stage] of stages.entries()) {
    const app = await heroku.app(names[index] ?? '');
    await heroku.call('POST', '/pipeline-couplings', {
      app: app.id,
      pipeline: pipeline.id,
      stage,
    });
  }
}

test('the others are promoted along the pipeline once the first is healthy', async () => {
  await couple(['staging', 'production']);
  const step = await release({ promote: 'true', 'health-check': '/' });
  expect(step.exitCode, step.log).toBe(0);
  const [first = '', second = '', outsider = ''] = names;
  expect(releases(step).map(({ status }) => status)).toEqual(Array(3).fill('succeeded'));
  expect(step.log).toContain(`Promotion from ${first} to ${second}`);
  expect(step.log).toContain(`${outsider} is in no pipeline with ${first}`);
  expect(count(step, /Upload to \S+$/m)).toBe(2);
  expect(step.log.indexOf(`Health check of ${first}`)).toBeLessThan(
    step.log.indexOf(`Promotion from`),
  );
  const { web_url: url } = await heroku.app(second);
  expect(await (await fetch(url)).text()).toBe('hello, nobody\n');
  const again = await release({ promote: 'true' });
  expect(again.outputs['changed'], again.log).toBe('false');
});

test('nothing is promoted where the first one runs the slug already and is not well', async () => {
  await couple(['staging', 'production']);
  const [first = '', second = ''] = names;
  const alone = await release({ app: first });
  expect(alone.exitCode, alone.log).toBe(0);
  const step = await release({
    promote: 'true',
    'health-check': '/',
    'health-check-status': '418',
    'health-check-timeout': '2',
  });
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toContain(`${first} runs this very slug already`);
  expect(releases(step)[0]).toMatchObject({ error: expect.stringContaining('was not healthy') });
  expect(await heroku.slugReleases(second)).toEqual([]);
});

test('nothing is promoted where the first one fails', async () => {
  await couple(['staging', 'production']);
  const [first = '', second = '', third = ''] = names;
  await heroku.setConfigVars(first, { ALLOWED: 'no' });
  const step = await release({ promote: 'true' });
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toContain('3 of 3 apps failed');
  expect(releases(step)).toMatchObject([
    { app: first, status: 'failed' },
    {
      app: second,
      version: null,
      error: expect.stringContaining(`${first} comes first and failed`),
    },
    { app: third, version: null },
  ]);
  expect(await heroku.slugReleases(second)).toEqual([]);
});
