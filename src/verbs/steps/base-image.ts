import { createHash } from 'node:crypto';
import type { Dockerfile } from '../../app/dockerfile.ts';
import { askDocker } from '../../docker/command.ts';
import { dynoPlatform, findImage, type Image, removeImage } from '../../docker/image.ts';
import { type BuildJob, runBuild } from './build-job.ts';
import { locateInstruction } from './failed-instruction.ts';

/** The image with the stack and the runtime, that waits for an app. */
export interface BaseImage {
  /** 64 hexadecimal digits over all that went into it. */
  readonly hash: string;
  readonly name: string;
  /** Whether it was there already. */
  readonly cached: boolean;
  readonly image: Image;
}

/** Finds the base image by what it is made of, or builds it. */
export async function ensureBaseImage(
  job: BuildJob,
  externalImages: ReadonlyMap<string, Image>,
): Promise<BaseImage> {
  const { dockerfile } = job;
  const { reporter } = job.context;
  const hash = imageHash(dockerfile, job.buildArguments, externalImages);
  const name = `heroku-docker-${hash}`;
  const reusable = isReusable(dockerfile, externalImages);
  const found = reusable ? await findImage(name) : undefined;
  if (found !== undefined) {
    reporter.info(`${name} is there already: nothing that it is made of has changed`);
    await noteUse(found, name);
    return { hash, name, cached: true, image: found };
  }
  reporter.info(`Building ${name}`);
  const locate = locateInstruction(job);
  const image = await runBuild(job, { text: dockerfile.text, locate }, name);
  return { hash, name, cached: false, image };
}

/**
 * For `clean`, which goes by when an image last got a tag. The engine's containerd store notes that
 * only for a tag that the image did not have: so it is one of its own, taken off first, and the name
 * that other jobs look for stays where it is.
 */
async function noteUse(image: Image, name: string): Promise<void> {
  const tag = `${name}:used`;
  await removeImage(tag);
  await askDocker(['tag', image.id, tag]);
}

/**
 * The base image's name is what went into it: the Dockerfile's text, the build arguments, the
 * resolved images that it starts from and the platform.
 * @param externalImages the images that the Dockerfile names, as the engine has them now.
 * @returns 64 hexadecimal digits.
 */
export function imageHash(
  dockerfile: Dockerfile,
  buildArguments: Readonly<Record<string, string>>,
  externalImages: ReadonlyMap<string, Image>,
): string {
  const inputs = {
    dockerfile: dockerfile.text,
    buildArguments: Object.entries(buildArguments).sort(byName),
    externalImages: [...externalImages].map(([name, image]) => [name, image.id]).sort(byName),
    platform: dynoPlatform,
  };
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}

function byName([one = '']: readonly string[], [other = '']: readonly string[]): number {
  return one < other ? -1 : Number(one > other);
}

/**
 * Whether the engine's image of that hash may stand for a new build: not where the build reads the
 * app's source, be it by an instruction of its own or by an ONBUILD of an image it starts from.
 */
export function isReusable(
  dockerfile: Dockerfile,
  externalImages: ReadonlyMap<string, Image>,
): boolean {
  const triggered = [...externalImages.values()].some((image) => image.triggers.length > 0);
  return !dockerfile.readsContext && !triggered;
}
