import { beforeAll, describe, expect, test } from 'vitest';
import { outputDefinitions } from '../../src/settings/outputs.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { runAction, type Step } from '../support/runner.ts';
import { append, type WebApp, webApp } from '../support/web-app.ts';

const heroku = useLocalHeroku();

let name: string;
let app: WebApp;
let first: Step;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  return runAction({ ...heroku.inputs(name), ...inputs }, app);
}

beforeAll(async () => {
  name = await heroku.createApp();
  app = webApp();
  first = await release();
  expect(first.exitCode, first.log).toBe(0);
  expect(first.outputs['changed']).toBe('true');
});

describe('an app that runs the very slug', () => {
  test('gets no other release, and the outputs are complete all the same', async () => {
    const again = await release();
    expect(again.exitCode, again.log).toBe(0);
    const { 'slug-path': _one, ...same } = first.outputs;
    const { 'slug-path': _other, ...outputs } = again.outputs;
    expect(Object.keys(outputs)).toEqual(Object.keys(same));
    expect(outputs).toEqual({
      ...same,
      changed: 'false',
      releases: same['releases']?.replace('"changed":true', '"changed":false'),
    });
    expect(again.log).toContain(`${name} runs this very slug already, as v2: nothing to release`);
    expect(again.log).not.toContain('Upload to');
    expect(again.summary).toContain(`Nothing to release: ${name} runs this slug already`);
    expect(await heroku.slugReleases(name)).toHaveLength(1);
    expect(Object.keys(outputDefinitions)).toEqual(expect.arrayContaining(Object.keys(outputs)));
  });

  test('is not called released where it is not well', async () => {
    const again = await release({
      'health-check': '/',
      'health-check-status': '418',
      'health-check-timeout': '2',
    });
    expect(again.exitCode, again.log).toBe(1);
    expect(again.log).toContain(`${name} was not healthy within 2 s`);
    expect(again.outputs['changed']).toBe('false');
    expect(await heroku.slugReleases(name)).toHaveLength(1);
  });

  test('gets one by force, without an upload', async () => {
    const forced = await release({ force: 'true' });
    expect(forced.exitCode, forced.log).toBe(0);
    expect(forced.outputs).toMatchObject({ changed: 'true', 'release-version': '3' });
    expect(forced.outputs['slug-id']).toBe(first.outputs['slug-id']);
    expect(forced.log).not.toContain('Upload to');
  });

  test('gets one where a command of the Procfile is another', async () => {
    append(app, 'Procfile', 'worker: sleep infinity\n');
    const changed = await release();
    expect(changed.exitCode, changed.log).toBe(0);
    expect(changed.outputs).toMatchObject({ changed: 'true', 'release-version': '4' });
  });

  test('is said of it in a dry run, as is what would be released', async () => {
    const same = await release({ 'dry-run': 'true', 'config-vars': 'NAME=value-of-name' });
    expect(same.log).toContain(`${name}: Runs this very slug already, as v4`);
    expect(same.log).toContain(`${name}: Config vars that would change: Set: NAME`);
    expect(same.log).not.toMatch(/^(?!::add-mask::).*value-of-name/m);
    app.change('good day');
    const other = await release({ 'dry-run': 'true' });
    expect(other.log).toContain(`${name}: Would be released; it runs v4`);
    expect(await heroku.slugReleases(name)).toHaveLength(3);
  });
});
