import { randomUUID } from 'node:crypto';
import { type Dockerfile, withChildStage } from '../../app/dockerfile.ts';
import { askDocker } from '../../docker/command.ts';
import { buildsInEngine } from '../../docker/engine.ts';
import type { Image } from '../../docker/image.ts';
import type { BaseImage } from './base-image.ts';
import { type BuildJob, runBuild } from './build-job.ts';

/**
 * Builds the app's image on the base image: a Dockerfile of one line, whose only purpose is to fire
 * the ONBUILD instructions. Always built, since the source is not part of any hash.
 */
export async function buildAppImage(
  job: BuildJob,
  dockerfile: Dockerfile,
  base: BaseImage,
): Promise<Image> {
  const tag = `${base.name}-app`;
  if (await buildsInEngine(job.builder)) return buildOnBase(job, base, tag);
  return runBuild(job, { text: withChildStage(dockerfile.text) }, tag);
}

/**
 * BuildKit takes no image id behind FROM, and the base image's own name may be moved by another
 * job while this one builds: so the id gets a name that only this run knows.
 */
async function buildOnBase(job: BuildJob, base: BaseImage, tag: string): Promise<Image> {
  const ownName = `${base.name}:${randomUUID()}`;
  await askDocker(['tag', base.image.id, ownName]);
  try {
    return await runBuild(job, { text: `FROM ${ownName}\n` }, tag);
  } finally {
    await askDocker(['image', 'rm', '--no-prune', ownName]);
  }
}
