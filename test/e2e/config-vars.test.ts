import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { useLocalHeroku } from '../support/heroku.ts';
import { runAction, type Step } from '../support/runner.ts';
import { type WebApp, webApp } from '../support/web-app.ts';

const heroku = useLocalHeroku();

let name: string;
let app: WebApp;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  return runAction({ ...heroku.inputs(name), ...inputs }, app);
}

/** What a reader of the log sees: the runner swallows the lines that tell it what to mask. */
function shown(step: Step): string {
  return step.log.replaceAll(/^::add-mask::.*\n/gm, '');
}

beforeAll(async () => {
  name = await heroku.createApp();
  await heroku.setConfigVars(name, { OLD: 'old-value', KEPT: 'kept-value' });
  app = webApp();
});

test('config vars are set before the release, in one change, and shown by name alone', async () => {
  writeFileSync(join(app.workspace, 'production.env'), 'NAME=from-the-file\nFILE_ONLY=file-only\n');
  const step = await release({
    'config-vars': 'NAME="Ada  Lovelace"\nKEY="-----BEGIN\nline two-----"\n',
    'config-file': 'production.env',
    'unset-config-vars': 'OLD\nNEVER_SET',
  });
  expect(step.exitCode, step.log).toBe(0);
  expect(await heroku.configVars(name)).toEqual({
    KEPT: 'kept-value',
    NAME: 'Ada  Lovelace',
    KEY: '-----BEGIN\nline two-----',
    FILE_ONLY: 'file-only',
  });
  expect(step.log).toContain('Set: FILE_ONLY, KEY, NAME');
  expect(step.log).toContain('Removed: OLD');
  const phases = ['Upload to', 'Config vars of', 'Release to'].map((phase) =>
    step.log.indexOf(phase),
  );
  expect(phases).not.toContain(-1);
  expect(phases, 'what runs is not changed until the upload is over').toEqual(
    phases.toSorted((one, other) => one - other),
  );
  expect(shown(step)).not.toMatch(/Lovelace|line two|file-only|from-the-file|old-value/);
  // The app's first one, that of its config vars before, one for all changes, and the slug's.
  expect(step.outputs['release-version']).toBe('4');
  const page = await fetch(String(step.outputs['web-url']));
  expect(await page.text()).toBe('hello, Ada  Lovelace\n');
});

test('config vars that are set already are no change', async () => {
  const step = await release({ 'config-vars': 'NAME="Ada  Lovelace"', 'unset-config-vars': 'OLD' });
  expect(step.outputs).toMatchObject({ changed: 'false', 'release-version': '4' });
  expect(step.log).not.toContain('Config vars of');
});

test('config vars alone make a release without an upload', async () => {
  const step = await release({ 'config-vars': 'NAME=Grace' });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.outputs).toMatchObject({ changed: 'true', 'release-version': '5' });
  expect(step.log).not.toContain('Upload to');
  const page = await fetch(String(step.outputs['web-url']));
  expect(await page.text()).toBe('hello, Grace\n');
});

test.each([
  [
    'a line that is no assignment',
    { 'config-vars': 'A=1\nnot an s3cr3t\n' },
    /config-vars.*line 2/,
  ],
  [
    'a variable that is not set',
    { 'config-vars': 'NOT_IN_THE_ENVIRONMENT' },
    /config-vars, line 1: there is a name alone/,
  ],
  ['a file that is not there', { 'config-file': 'no.env' }, /no\.env/],
  [
    'one that is to be set and removed',
    { 'config-vars': 'A=1', 'unset-config-vars': 'A' },
    /A .*both/,
  ],
])('what cannot be read changes nothing: %s', async (_, inputs, message) => {
  const before = await heroku.configVars(name);
  const step = await release(inputs);
  expect(step.exitCode).toBe(1);
  expect(step.log).toMatch(message);
  expect(shown(step)).not.toContain('s3cr3t');
  expect(step.log).not.toContain('Base image');
  expect(await heroku.configVars(name)).toEqual(before);
});
