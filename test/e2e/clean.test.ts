import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ownDockerfileApp, writeApp } from '../support/apps.ts';
import { commandLine, outcomeOf } from '../support/command-line.ts';
import { machine } from '../support/machine.ts';
import { runAction, type Step } from '../support/runner.ts';
import { useSecondEngine } from '../support/second-engine.ts';

/** Of the image store under test. On the first engine, other tests' images would go too. */
let engine: ReturnType<typeof useSecondEngine>;

describe.each(['overlay2', 'containerd'] as const)('in the image store %s', (imageStore) => {
  const ofStore = useSecondEngine(imageStore);
  beforeAll(() => {
    engine = ofStore;
  });

  afterEach(() => {
    for (const id of containerIds()) docker('rm', '--force', id);
    const stackImages = [machine.stackImage, machine.runImage].map(imageId);
    for (const id of imageIds())
      if (!stackImages.includes(id)) docker('image', 'rm', '--force', id);
  });

  test('what this program made goes, and what others made of it stays', async () => {
    const app = writeAppWithBase();
    const superseded = await build(app);
    writeFileSync(join(app, 'source.txt'), 'changed');
    const built = await build(app);
    const started = await run({ command: 'start' }, ownDockerfileApp(machine.stackImage));
    const ofKilledRun = `heroku-docker-${randomUUID()}`;
    docker('tag', machine.runImage, ofKilledRun);
    docker('create', '--label', 'heroku-docker-release.run=1', machine.runImage, 'true');

    const used = await build(writeAppWithBase());
    const others = {
      image: buildByHand(`FROM ${built.base}-app\nRUN echo more > /more`, '--tag', 'of-a-user'),
      withoutName: buildByHand(`FROM ${built.base}-app\nRUN echo other > /other`),
      container: docker('create', used.app, 'true'),
      foreignContainer: docker('create', machine.runImage, 'true'),
    };
    docker('tag', built.base, 'name-of-a-user');
    docker('tag', machine.runImage, 'foreign');

    const cleaned = await clean();

    expect(containerIds()).toEqual(new Set([others.container, others.foreignContainer]));
    expect(tags()).toEqual(
      new Set([
        ...[machine.stackImage, machine.runImage].map(withTag),
        ...['of-a-user', 'name-of-a-user', 'foreign', `${used.base}-app`].map(withTag),
      ]),
    );
    expect(imageIds()).toContain(others.image);
    expect(imageIds()).toContain(others.withoutName);
    expect(imageIds()).not.toContain(superseded.app);
    expect(imageIds()).not.toContain(built.app);
    expect(cleaned.log).toMatch(/Removed container heroku-docker-web-/);
    expect(cleaned.log).toContain(`Removed image ${shortName(built.base)}-app:latest`);
    // The containerd store has let go of it with its name.
    expect(cleaned.log.includes(`Removed image ${superseded.app.slice(7, 19)}`)).toBe(
      imageStore === 'overlay2',
    );
    expect(cleaned.log).toContain(`Removed image ${ofKilledRun}:latest`);
    expect(cleaned.log).toMatch(
      new RegExp(`Image ${shortName(used.base)}-app:latest stays: .*container`),
    );
    expect(imageIds()).not.toContain(started.outputs['image-id']);
  });

  test('the base images that were used last stay, each with its newest app image', async () => {
    const app = writeAppWithBase();
    const older = await build(app);
    const other = await build(writeAppWithBase());
    writeFileSync(join(app, 'source.txt'), 'changed');
    const newer = await build(app);
    expect(newer.step.outputs['base-image-cached']).toBe('true');

    const cleaned = await clean({ keep: '1' });

    expect(ownTags()).toEqual(ofUsed(newer.base, `${newer.base}-app`));
    // The data of the other base image, and some bytes of source: not the stack image below them.
    expect(cleaned.log).toMatch(/The images took 10\d(\.\d+)? kB/);
    expect(imageIds()).toContain(newer.app);
    expect(imageIds()).not.toContain(older.app);
    expect(imageIds()).not.toContain(other.app);
  });

  test('a base image that no app image is built on is used last by whoever used it last', async () => {
    const folders = [writeAppInBase(), writeAppInBase()];
    for (const folder of [...folders, ...folders]) await build(folder);
    const [first = ''] = folders;
    const again = await build(first);
    expect(again.step.outputs['base-image-cached']).toBe('true');

    await clean({ keep: '1' });

    expect(ownTags()).toEqual(ofUsed(again.base));
  });

  test('two at once are as good as one, and a third finds nothing', async () => {
    const ofKilledRun = ['--detach', '--label', 'heroku-docker-release.run=1', machine.runImage];
    const buildTwice = async (folder: string) => {
      await build(folder);
      writeFileSync(join(folder, 'source.txt'), 'changed');
      await build(folder);
      docker('run', ...ofKilledRun, 'sleep', '60');
    };
    await Promise.all([buildTwice(writeAppWithBase()), buildTwice(writeAppWithBase())]);
    await Promise.all([clean(), clean()]);
    expect(ownTags()).toEqual(new Set());
    expect(imageIds()).toEqual(new Set([machine.stackImage, machine.runImage].map(imageId)));
    expect(containerIds()).toEqual(new Set());
    expect((await clean()).log).toContain('There is nothing to remove');
  });

  test('dynos of a local Heroku go on', async () => {
    const state = join(mkdtempSync(join(tmpdir(), 'clean-')), 'state');
    try {
      const url = /^web-url=(.*)$/m.exec(
        await callCommandLine(
          ...['release', '--local', '--app', 'shop', '--state', state],
          ...['--working-directory', ownDockerfileApp(machine.stackImage)],
          ...['--stack-image', machine.stackImage, '--run-image', machine.runImage],
        ),
      )?.[1];
      await clean();
      const page = await fetch(String(url), { signal: AbortSignal.timeout(10_000) });
      expect(await page.text()).toContain('|high|');
      expect(ownTags()).toEqual(new Set());
    } finally {
      await callCommandLine('local', 'destroy', '--state', state);
    }
    expect(containerIds()).toEqual(new Set());
  });
});

/** An app whose base image and app image are two, and that no other test has built. */
function writeAppWithBase(): string {
  return writeApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      'USER root',
      `RUN echo ${randomUUID()} && head --bytes=100K /dev/urandom > /data`,
      'ONBUILD COPY . /app/src/',
      '',
    ].join('\n'),
    Procfile: 'worker: sleep infinity\n',
  });
}

/** An app that is in its base image already. */
function writeAppInBase(): string {
  return writeApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      'USER root',
      `RUN mkdir /app && echo ${randomUUID()} > /app/id`,
      '',
    ].join('\n'),
    Procfile: 'worker: sleep infinity\n',
  });
}

function docker(...args: readonly string[]): string {
  return engine.docker(...args);
}

async function run(inputs: Readonly<Record<string, string>>, workspace: string): Promise<Step> {
  const step = await runAction(inputs, { workspace, environment: engine.environment });
  expect(step.exitCode, step.log).toBe(0);
  return step;
}

async function build(workspace: string) {
  const inputs = { command: 'build', 'run-image': machine.runImage };
  const step = await run({ ...inputs, 'stack-image': machine.stackImage }, workspace);
  return { step, base: step.outputs['base-image'] ?? '', app: step.outputs['image-id'] ?? '' };
}

/** In an empty folder, without a token: it needs neither. */
function clean(inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  return run({ command: 'clean', ...inputs }, writeApp({}));
}

/** Builds an image as a user does, and returns its id: not in every store what the builder says. */
function buildByHand(dockerfile: string, ...options: readonly string[]): string {
  const before = imageIds();
  docker('build', '--quiet', ...options, writeApp({ Dockerfile: `${dockerfile}\n` }));
  return [...imageIds()].find((id) => !before.has(id)) ?? '';
}

async function callCommandLine(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [commandLine, ...args], {
    env: { ...process.env, ...engine.environment },
  });
  const { exitCode, results, log } = await outcomeOf(child);
  expect(exitCode, log).toBe(0);
  return results;
}

function containerIds(): Set<string> {
  return linesOf(docker('ps', '--all', '--quiet', '--no-trunc'));
}

function imageIds(): Set<string> {
  return linesOf(docker('image', 'ls', '--all', '--quiet', '--no-trunc'));
}

function imageId(name: string): string {
  return docker('image', 'inspect', '--format', '{{.Id}}', name);
}

function tags(): Set<string> {
  const all = linesOf(docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'));
  return new Set([...all].filter((tag) => !tag.startsWith('<none>')));
}

function ownTags(): Set<string> {
  return new Set([...tags()].filter((tag) => tag.startsWith('heroku-docker-')));
}

function withTag(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

/** Tags of a base image that a run has found there, and of its app image. */
function ofUsed(base: string, ...apps: readonly string[]): Set<string> {
  return new Set([`${base}:used`, ...[base, ...apps].map(withTag)]);
}

function shortName(base: string): string {
  return base.replace(/([0-9a-f]{12})[0-9a-f]{52}$/, '$1');
}

function linesOf(text: string): Set<string> {
  return new Set(text.split('\n').filter((line) => line !== ''));
}
