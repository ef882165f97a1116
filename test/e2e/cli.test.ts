import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ownDockerfileApp, writeApp } from '../support/apps.ts';
import { commandLine, type Outcome, outcomeOf } from '../support/command-line.ts';
import { docker, machine, removeImages } from '../support/machine.ts';

/** On an image, and so on each container that is made of it. */
const imageLabel = `heroku-docker-release.test=${randomUUID()}`;

const state = join(mkdtempSync(join(tmpdir(), 'cli-')), 'state');

function run(...args: readonly string[]): Promise<Outcome> {
  const { HEROKU_API_KEY: _key, HEROKU_APP: _app, ...environment } = process.env;
  return outcomeOf(spawn(process.execPath, [commandLine, ...args], { env: environment }));
}

const local = (...args: readonly string[]) => run('local', ...args, '--state', state);

function releaseLocally(folder: string, ...more: readonly string[]): Promise<Outcome> {
  return run(
    ...['release', '--local', '--state', state, '--run-image', machine.runImage],
    ...['--working-directory', folder, '--stack-image', machine.stackImage, ...more],
  );
}

afterAll(() => local('destroy'));
afterAll(() => removeImages(imageLabel));

test('an app is released to this machine without an account, rolled back, stopped and removed', async () => {
  const folder = ownDockerfileApp(machine.stackImage);
  appendFileSync(join(folder, 'Dockerfile'), `LABEL ${imageLabel}\n`);
  const first = await releaseLocally(folder, '--app', 'shop');
  expect(first.exitCode, first.log).toBe(0);
  const url = /^web-url=(.*)$/m.exec(first.results)?.[1] ?? '';
  expect(await page(url)).toContain('|high|');

  writeFileSync(
    join(folder, 'Dockerfile'),
    readFileSync(join(folder, 'Dockerfile'), 'utf8').replace('LEVEL=high', 'LEVEL=higher'),
  );
  const second = await releaseLocally(folder, '--app', 'shop');
  expect(second.exitCode, second.log).toBe(0);
  expect(await page(url)).toContain('|higher|');

  const back = await local('rollback', 'shop', '--run-image', machine.runImage);
  expect(back.exitCode, back.log).toBe(0);
  expect(await page(url)).toContain('|high|');

  expect((await local()).results).toBe(`shop  v4 succeeded  ${url}  web.1 up\n`);
  expect((await local('logs', 'shop')).results).toContain('State changed from starting to up');

  expect((await local('stop', 'shop')).exitCode).toBe(0);
  await expect(page(url)).rejects.toThrow();
  expect((await local('destroy')).exitCode).toBe(0);
  expect(existsSync(state)).toBe(false);
  const own = ['--filter', `label=${imageLabel}`];
  expect(docker('ps', '--all', '--quiet', ...own), 'containers').toBe('');
  const names = docker('image', 'ls', ...own, '--format', '{{.Repository}}');
  expect(names, 'names for one run alone').not.toMatch(/^heroku-docker-[0-9a-f]{8}-/m);
});

test('a command has the variables of a file, which Node.js does not take for itself', async () => {
  const folder = ownDockerfileApp(machine.stackImage);
  writeFileSync(join(folder, 'settings'), 'NODE_OPTIONS=--no-such-option\nNAME="of a file"\n');
  const { exitCode, results, log } = await run(
    ...['exec', '--working-directory', folder, '--stack-image', machine.stackImage],
    ...['--dotenv', 'settings', 'echo "$NAME: $NODE_OPTIONS"'],
  );
  expect(exitCode, log).toBe(0);
  expect(results).toBe('of a file: --no-such-option\n');
});

test('a dyno that crashes is told with its own log, although Heroku would call it released', async () => {
  const folder = ownDockerfileApp(machine.stackImage);
  writeFileSync(join(folder, 'Procfile'), 'web: echo the reason; exit 3\n');
  const released = await releaseLocally(folder, '--app', 'crasher');
  expect(released.exitCode).toBe(1);
  expect(released.log).toMatch(/crasher was released as v2, but a dyno crashed:[\s\S]*the reason/);
});

test('build leaves the slug where it is asked to, and prints nothing but outputs', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'slug-')), 'slug.tgz');
  const folder = ownDockerfileApp(machine.stackImage);
  const built = await run('build', '--working-directory', folder, '--slug-path', path);
  expect(built.exitCode, built.log).toBe(0);
  expect(built.results).toContain(`slug-path=${path}\n`);
  for (const line of built.results.trimEnd().split('\n')) expect(line).toMatch(/^[a-z-]+=/);
  expect(existsSync(path)).toBe(true);
});

test('init writes a Dockerfile once, and again only by force', async () => {
  const folder = writeApp({ Procfile: 'web: ./server' });
  const written = await run('init', '--working-directory', folder, '--stack', 'heroku-26');
  expect(written.exitCode, written.log).toBe(0);
  expect(written.results).toBe('platform=minimal\ndockerfile=Dockerfile\n');
  const dockerfile = join(folder, 'Dockerfile');
  expect(readFileSync(dockerfile, 'utf8')).toContain('heroku/heroku:26-build');
  writeFileSync(dockerfile, 'FROM scratch\n');
  await run('init', '--working-directory', folder);
  expect(readFileSync(dockerfile, 'utf8')).toBe('FROM scratch\n');
  await run('init', '--working-directory', folder, '--force');
  expect(readFileSync(dockerfile, 'utf8')).toContain('heroku/heroku:24-build');
  rmSync(folder, { recursive: true });
});

test.each([
  { args: ['--help'], exitCode: 0 },
  { args: ['release', '--help'], exitCode: 0 },
  { args: ['nonsense'], exitCode: 2 },
  { args: ['build', '--nonsense'], exitCode: 2 },
  { args: ['release', '--app', 'x'], exitCode: 1 },
])('heroku-docker $args ends with $exitCode', async ({ args, exitCode }) => {
  expect((await run(...args)).exitCode).toBe(exitCode);
});

async function page(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return answer.text();
}
