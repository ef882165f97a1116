import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftContainers, machine, removeImages } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction } from '../support/runner.ts';

const heroku = useLocalHeroku();

/** How long a step may take to clean up: a runner kills it 7.5 s after its SIGINT. */
const graceMilliseconds = 7_500;

const phases = [
  { phase: 'the base image is being built', marker: 'base step runs', signal: 'SIGINT' },
  { phase: 'the app image is being built', marker: 'app step runs', signal: 'SIGTERM' },
  { phase: 'the slug is being made', marker: '::group::Slug', signal: 'SIGINT' },
  { phase: 'the slug is being uploaded', marker: '::group::Upload to', signal: 'SIGTERM' },
  { phase: 'the release phase runs', marker: 'is pending', signal: 'SIGINT' },
] as const;

/** On this file's images, whose random bytes no other run can use. */
const imageLabel = 'heroku-docker-release.test=cancel';

afterAll(() => removeImages(imageLabel));

describe('a step that is cancelled leaves nothing behind', () => {
  test.each(phases)('while $phase ($signal)', async ({ marker, signal }) => {
    const app = await heroku.createApp();
    const slugFolder = mkdtempSync(join(tmpdir(), 'slug-'));
    let cancelledAt = 0;
    const step = await runAction(
      { ...heroku.inputs(app), 'slug-path': join(slugFolder, 'slug.tgz') },
      {
        workspace: slowApp(),
        onLog: (log, cancel) => {
          if (cancelledAt > 0 || !log.includes(marker)) return;
          cancelledAt = Date.now();
          cancel(signal);
        },
      },
    );
    expect(step.log).toContain(marker);
    expect(Date.now() - cancelledAt).toBeLessThan(graceMilliseconds);
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain(`The run was cancelled (${signal})`);
    expect(leftContainers()).toEqual([]);
    expect(leftInTemporaryFolder(step)).toEqual([]);
    expect(readdirSync(slugFolder).filter((name) => name !== 'slug.tgz')).toEqual([]);
    expect(runningClients(), 'no Docker client goes on').toEqual([]);
  });
});

/** An app whose every phase takes long enough to be cancelled in, and that no earlier run has built. */
function slowApp(): string {
  return writeApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      'USER root',
      `LABEL ${imageLabel}`,
      `RUN echo ${randomUUID()} && mkdir /app && head --bytes=200M /dev/urandom > /app/data`,
      'RUN echo base step runs && sleep 3',
      'ONBUILD COPY . /app/src/',
      'ONBUILD RUN echo app step runs && sleep 3',
      '',
    ].join('\n'),
    Procfile: 'worker: sleep infinity\nrelease: sleep 60\n',
  });
}

function runningClients(): string[] {
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return processes.filter((line) => /^docker .*\bheroku-docker-/.test(line));
}
