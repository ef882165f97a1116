import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { runLabel } from '../../src/docker/labels.ts';
import { runId } from '../../src/run.ts';
import { createTemporaryFolder } from '../../src/temporary.ts';
import { finish } from '../../src/verbs/finish.ts';
import { processTypeLabel } from '../../src/verbs/processes/app-process.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine } from '../support/machine.ts';
import { RecordingReporter } from '../support/reporter.ts';

const run = randomUUID();

function containers(): string[] {
  const filter = `label=${runLabel}=${run}`;
  const names = docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}');
  return names.split('\n').filter((name) => name !== '');
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of containers()) docker('rm', '--force', name);
});

function start(type: string, ...options: readonly string[]): void {
  docker(
    ...['run', '--detach', '--label', `${runLabel}=${run}`],
    ...['--label', `${processTypeLabel}=${type}`, ...options],
    ...[machine.runImage, 'sh', '-c', `echo ${type} is up; exec sleep infinity`],
  );
}

test('a log that cannot be read keeps no container running, and no other log from being told', async () => {
  start('silent', '--log-driver', 'none');
  start('worker');
  const reporter = new RecordingReporter();
  await finish({ id: run, slugPath: undefined }, reporter);
  expect(containers()).toEqual([]);
  expect(reporter.outputs).toEqual(['worker is up']);
  expect(reporter.infos).toEqual([expect.stringMatching(/cannot be read: .*logging driver/s)]);
});

test('what a run that was killed has left goes, and what is another’s or was finished stays', async () => {
  const temporary = temporaryFolder();
  vi.stubEnv('RUNNER_TEMP', temporary);
  const path = join(temporaryFolder(), 'slug.tgz');
  const left = [(await createTemporaryFolder()).path, `${path}.partial-${runId}-1`];
  const kept = [join(temporary, `heroku-docker-${run}-1`), `${path}.partial-${run}-1`, path];
  writeFileSync(join(left[0] as string, 'metadata.json'), '{}');
  mkdirSync(kept[0] as string);
  for (const file of [left[1], kept[1], kept[2]]) writeFileSync(file as string, 'slug');
  const image = docker('image', 'inspect', '--format', '{{.Id}}', machine.runImage);
  const names = [runId, run].map((id) => `heroku-docker-${id}:${randomUUID()}`);
  for (const name of names) docker('tag', image, name);
  await finish({ id: runId, slugPath: path }, new RecordingReporter());
  const tags = docker('image', 'inspect', '--format', '{{json .RepoTags}}', image);
  docker('image', 'rm', names[1] as string);
  expect(left.filter((each) => existsSync(each))).toEqual([]);
  expect(kept.filter((each) => existsSync(each))).toEqual(kept);
  expect(names.filter((name) => tags.includes(name))).toEqual([names[1]]);
});

test('an image that has no other name is not removed where it is somebody else’s', async () => {
  const input = `FROM ${machine.runImage}\nLABEL finish-test=${randomUUID()}\n`;
  const built = execFileSync('docker', ['build', '--quiet', '-'], { input, encoding: 'utf8' });
  const image = built.trim();
  const name = `heroku-docker-${runId}:${randomUUID()}`;
  docker('tag', image, name);
  await finish(
    { id: runId, slugPath: join(temporaryFolder(), 'no/such/slug.tgz') },
    new RecordingReporter(),
  );
  expect(docker('image', 'inspect', '--format', '{{.Id}}', name)).toBe(image);
  docker('image', 'rm', name);
});
