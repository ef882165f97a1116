import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { copyExample, ownDockerfileApp, writeApp } from '../support/apps.ts';
import { commandLine, outcomeOf } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';
import { machine } from '../support/machine.ts';
import { list } from '../tar/gnu-tar.ts';

/** Makes the folder a repository, or commits what changed in it. */
function commit(folder: string, time: number): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: folder,
      env: { ...process.env, GIT_COMMITTER_DATE: `${time} +0000` },
      stdio: 'ignore',
    });
  git('init');
  git('add', '.');
  git('commit', '--allow-empty', '--message', 'Sell more');
}

/** As another machine would have it, whose files are as old as the checkout. */
function cloneOf(folder: string): string {
  const clone = join(temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '--quiet', folder, clone]);
  return clone;
}

/** Keeps the builder from taking anything that the app's source is part of from its cache. */
function changeFirstStep(folder: string): void {
  const path = join(folder, 'Dockerfile');
  const dockerfile = readFileSync(path, 'utf8');
  const [step = '', onBuild = ''] = /^(ONBUILD ).*$|^COPY \. .*$/m.exec(dockerfile) ?? [];
  expect(step).not.toBe('');
  writeFileSync(path, dockerfile.replace(step, `${onBuild}RUN : ${randomUUID()}\n${step}`));
}

interface Built {
  readonly path: string;
  readonly checksum: string | undefined;
}

async function build(folder: string, ...runtimes: string[]): Promise<Built> {
  const path = join(temporaryFolder(), 'slug.tgz');
  const args = [
    ...['build', '--working-directory', folder, '--slug-path', path],
    ...['--stack-image', machine.stackImage, '--run-image', machine.runImage],
    ...runtimes.flatMap(machine.mirror).flatMap((argument) => ['--build-args', argument]),
  ];
  const child = spawn(process.execPath, [commandLine, ...args]);
  const { exitCode, results, log } = await outcomeOf(child);
  expect(exitCode, log).toBe(0);
  return { path, checksum: /^slug-checksum=(.*)$/m.exec(results)?.[1] };
}

const time = 1_600_000_000;

/** Builds an app, and a clone of it with nothing of the first build at hand. */
async function expectSameBytes(folder: string, ...runtimes: string[]): Promise<Built> {
  commit(folder, time);
  const first = await build(folder, ...runtimes);
  commit(folder, time); // The Dockerfile that was written.
  const clone = cloneOf(folder);
  changeFirstStep(clone);
  const second = await build(clone, ...runtimes);
  expect(second.checksum).toBe(first.checksum);
  return first;
}

function timesIn({ path }: Built): Set<number> {
  return new Set(list(gunzipSync(readFileSync(path))).map(({ modified }) => modified));
}

test('an app with a Dockerfile of its own makes the same slug on another machine, as old as its commit', async () => {
  const folder = ownDockerfileApp(machine.stackImage);
  const first = await expectSameBytes(folder);
  expect(timesIn(first)).toEqual(new Set([time]));
  writeFileSync(join(folder, 'news.txt'), 'more');
  commit(folder, time + 1);
  expect(timesIn(await build(folder))).toEqual(new Set([time + 1]));
});

test('the steps at ONBUILD may ask for the time of the commit', async () => {
  const folder = writeApp({
    Dockerfile: [
      ...[`FROM ${machine.stackImage}`, 'USER root', 'WORKDIR /app/web'],
      ...['ONBUILD COPY . ./', 'ONBUILD ARG SOURCE_TIME', 'ONBUILD RUN echo "$SOURCE_TIME" >time'],
      '',
    ].join('\n'),
    Procfile: 'web: cat time',
  });
  commit(folder, time);
  const { path } = await build(folder);
  const written = execFileSync('tar', ['xzOf', path, './app/web/time'], { encoding: 'utf8' });
  expect(written).toBe(`${time}\n`);
});

test('an app of Node.js makes the same slug on another machine', async () => {
  await expectSameBytes(copyExample('node'), 'node');
});

test('an app of Python makes the same slug on another machine, compiled for the dyno', async () => {
  const { path } = await expectSameBytes(copyExample('python'), 'python');
  const importing = [
    'tar --extract --gzip --no-same-owner --directory=/',
    'cd /app/src',
    'for script in /app/.profile.d/*.sh; do . "$script"; done',
    'python -v -c "import flask" 2>&1',
  ].join(' && ');
  const dyno = ['run', '--rm', '--interactive', '--user=root', machine.runImage];
  const log = execFileSync('docker', [...dyno, 'bash', '-c', importing], {
    input: readFileSync(path),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(log).toMatch(
    /^# \/app\/\S+\/__pycache__\/app\.cpython-\d+\.pyc matches \S+\/flask\/app\.py$/m,
  );
  expect(log.match(/^# (bytecode is stale|wrote|could not create).*$/gm) ?? []).toEqual([]);
});
