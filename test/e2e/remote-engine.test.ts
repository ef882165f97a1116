import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownDockerfileApp, writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { machine } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, runPostStep, type Step } from '../support/runner.ts';
import { useSecondEngine } from '../support/second-engine.ts';

// Dynos run on the first engine: a remote one is no more to Heroku than any other.
const heroku = useLocalHeroku();
const engine = useSecondEngine('containerd');

/** Runs a step whose Docker engine is behind TCP, where it sees none of the step's files. */
function runRemotely(
  inputs: Readonly<Record<string, string>>,
  workspace = ownDockerfileApp(machine.stackImage),
): Promise<Step> {
  return runAction(
    { 'stack-image': machine.stackImage, 'run-image': machine.runImage, ...inputs },
    { workspace, environment: engine.environment },
  );
}

test('build makes the slug', async () => {
  const step = await runRemotely({ command: 'build' });
  expect(step.exitCode, step.log).toBe(0);
  expect(existsSync(String(step.outputs['slug-path']))).toBe(true);
  expect(
    engine.docker(
      'image',
      'inspect',
      '--format',
      '{{.Id}}',
      '--',
      String(step.outputs['base-image']),
    ),
  ).toBe(step.outputs['image-id']);
  expect(containers()).toEqual([]);
});

test('build takes what neither .slugignore nor .dockerignore names', async () => {
  const workspace = writeApp({
    Dockerfile: `FROM ${machine.stackImage}\nUSER root\nONBUILD COPY . /app/\n`,
    Procfile: 'web: true',
    ...Object.fromEntries(['a.md', 'b.log', 'c.js'].map((name) => [name, ''])),
    '.dockerignore': 'b.log\n.*\nDockerfile\n',
    '.slugignore': '*.md\n',
  });
  const step = await runRemotely({ command: 'build' }, workspace);
  expect(step.exitCode, step.log).toBe(0);
  const listing = spawnSync('tar', ['tzf', String(step.outputs['slug-path'])], {
    encoding: 'utf8',
  });
  expect(listing.stdout.split('\n').filter((path) => /^.\/app\/[^.]/.test(path))).toEqual([
    './app/Procfile',
    './app/c.js',
  ]);
});

test('release tries the slug and ships it', async () => {
  const app = await heroku.createApp();
  const step = await runRemotely({ ...heroku.inputs(app), 'smoke-test': 'true' });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log).toContain('::group::Smoke test');
  expect(await page(step.outputs['web-url'])).toContain('hello $world|high|/app/web|');
  expect(containers()).toEqual([]);
});

test('start makes the app answer on the engine’s machine until the job ends', async () => {
  const workspace = ownDockerfileApp(machine.stackImage);
  const step = await runRemotely({ command: 'start' }, workspace);
  expect(step.exitCode, step.log).toBe(0);
  expect(containers()).toEqual([step.outputs['container-id']]);
  expect(await page(step.outputs['url'])).toContain('hello $world|high|/app/web|');
  const post = await runPostStep(step, { workspace, environment: engine.environment });
  expect(post.exitCode, post.log).toBe(0);
  expect(containers()).toEqual([]);
});

test('exec runs a command in the app’s image', async () => {
  const step = await runRemotely({
    command: 'exec',
    image: 'app',
    run: 'echo "$LEVEL in $PWD"; ls; exit 7',
  });
  expect(step.exitCode, step.log).toBe(7);
  expect(step.log).toContain('high in /app/web\n');
  expect(step.log).toContain('serve.sh\n');
  expect(containers()).toEqual([]);
});

test('exec passes standard input on', () => {
  const commandLine = join(import.meta.dirname, '../../dist/cli/index.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...[commandLine, 'exec', '--working-directory', ownDockerfileApp(machine.stackImage)],
      ...['--stack-image', machine.stackImage, '--image', 'app', 'cat; exit 4'],
    ],
    { env: { ...process.env, ...engine.environment }, encoding: 'utf8', input: 'typed\n' },
  );
  expect(status, stderr).toBe(4);
  expect(stdout).toBe('typed\n');
  expect(containers()).toEqual([]);
});

test('exec in the base image is refused, since the engine has not got the app’s folder', async () => {
  const workspace = writeApp({ Procfile: 'web: true' });
  const step = await runRemotely({ command: 'exec', run: 'true' }, workspace);
  expect(step.exitCode).toBe(1);
  expect(step.log).toContain(
    'The app’s folder cannot be mounted: the Docker engine is another machine’s.%0AUse "image: app"',
  );
  expect(containers()).toEqual([]);
  expect(readdirSync(workspace)).toEqual(['Procfile']);
  expect(leftInTemporaryFolder(step)).toEqual([]);
});

async function page(url: string | undefined): Promise<string> {
  const answer = await fetch(String(url), { signal: AbortSignal.timeout(10_000) });
  return answer.text();
}

/** Ids of the containers on the remote engine. */
function containers(): string[] {
  const ids = engine.docker('ps', '--all', '--quiet', '--no-trunc');
  return ids.split('\n').filter((id) => id !== '');
}
