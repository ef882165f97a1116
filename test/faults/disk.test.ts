import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { machine } from '../support/machine.ts';
import { fillDisk, mountSmallDisk } from './small-disk.ts';
import { imageLabel, type Survival, smallApp, useFaults } from './trial.ts';

const fault = useFaults('full disk');

const failed = (saying: RegExp, releases = 0): Survival => ({
  outcome: 'failed',
  saying,
  releases,
});

describe.concurrent('a disk that is full', () => {
  fault('under the slug', async (trial) => {
    const disk = mountSmallDisk(trial.context, { bytes: 65_536 });
    const slugPath = join(disk, 'slug.tgz');
    const step = await trial.run({ inputs: { 'slug-path': slugPath } });
    await trial.expectSurvived(step, failed(/disk is full.*slug-path/));
    expect(readdirSync(disk)).toEqual([]);
  });

  fault('under the slug, in the runner’s temporary folder', async (trial) => {
    const temp = mountSmallDisk(trial.context, { bytes: 1_000_000 });
    const step = await trial.run({ inputs: { 'slug-path': '' }, folders: { temp } });
    await trial.expectSurvived(step, failed(/disk is full.*slug-path/));
  });

  fault('and has no room for one more file', async (trial) => {
    const temp = mountSmallDisk(trial.context, { bytes: 65_536, files: 0 });
    const step = await trial.run({ folders: { temp } });
    await trial.expectSurvived(
      step,
      failed(/No temporary folder can be made: ENOSPC.*Free some space/),
    );
  });

  fault('when the builder tells what it has built', async (trial) => {
    const disk = mountSmallDisk(trial.context, { bytes: 65_536 });
    const temp = join(disk, 'temp');
    mkdirSync(temp);
    fillDisk(disk);
    const step = await trial.run({ folders: { temp } });
    await trial.expectSurvived(step, failed(/out of disk space.*no space left.*Free space/));
  });

  fault('when the images are compared, which only a report needs', async (trial) => {
    const disk = mountSmallDisk(trial.context, { bytes: 65_536 });
    const temp = join(disk, 'temp');
    mkdirSync(temp);
    fillDisk(disk, 32_768);
    const step = await trial.run({ folders: { temp } });
    await trial.expectSurvived(step, {
      outcome: 'released',
      saying: /What the dyno would miss of the image is not known/,
    });
  });

  fault('in the middle of a build', async (trial) => {
    const workspace = smallApp({
      Dockerfile: [
        `FROM ${machine.stackImage}`,
        'USER root',
        `LABEL ${imageLabel}`,
        'RUN --mount=type=tmpfs,target=/small,size=4096 head --bytes=1M /dev/urandom > /small/file',
        '',
      ].join('\n'),
    });
    const step = await trial.run({ workspace });
    await trial.expectSurvived(step, failed(/out of disk space.*docker system prune/));
  });

  for (const [file, freeBytes] of [
    ['.dockerignore', 0],
    ['Dockerfile', 4096],
  ] as const) {
    fault(`under the ${file} that is to be written`, async (trial) => {
      const workspace = mountSmallDisk(trial.context, { bytes: 65_536 });
      writeFileSync(join(workspace, 'Procfile'), 'worker: sleep infinity\n');
      fillDisk(workspace, freeBytes);
      const step = await trial.run({ workspace });
      await trial.expectSurvived(
        step,
        failed(new RegExp(`/${file} cannot be written: ENOSPC.*Free some space`)),
      );
    });
  }

  fault('under the step’s state: it does nothing then', async (trial) => {
    const state = mountSmallDisk(trial.context, { bytes: 4096 });
    fillDisk(state);
    const step = await trial.run({ folders: { state } });
    await trial.expectSurvived(step, failed(/state cannot be handed.*ENOSPC.*Free some space/));
  });

  fault('under the step’s outputs, once the release was made', async (trial) => {
    const output = mountSmallDisk(trial.context, { bytes: 4096 });
    fillDisk(output);
    const step = await trial.run({ folders: { output } });
    await trial.expectSurvived(
      step,
      failed(/outputs cannot be handed.*ENOSPC.*a release that was made stays/, 1),
    );
  });

  fault('under the outputs of a run that fails, which says why all the same', async (trial) => {
    const output = mountSmallDisk(trial.context, { bytes: 4096 });
    fillDisk(output);
    const inputs = { 'stack-image': 'nobody.invalid/made/this' };
    const step = await trial.run({
      folders: { output },
      inputs,
      workspace: smallApp({ Dockerfile: 'FROM scratch\n' }),
    });
    await trial.expectSurvived(step, failed(/missing in the image|does not build|cannot be/));
  });

  fault('under the job’s summary, which is left out', async (trial) => {
    const summary = mountSmallDisk(trial.context, { bytes: 4096 });
    fillDisk(summary);
    const step = await trial.run({ folders: { summary } });
    await trial.expectSurvived(step, { outcome: 'released', saying: /No job summary: ENOSPC/ });
  });
});
