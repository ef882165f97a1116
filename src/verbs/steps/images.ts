import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dockerfile, parseDockerfile } from '../../app/dockerfile.ts';
import type { Engine } from '../../docker/engine.ts';
import { ensureImage, type Image } from '../../docker/image.ts';
import { DeployError } from '../../errors.ts';
import type { Stack } from '../../heroku/stack.ts';
import type { Context } from '../context.ts';
import { buildAppImage } from './app-image.ts';
import { type BaseImage, ensureBaseImage } from './base-image.ts';
import type { BuildJob } from './build-job.ts';
import { readIgnored } from './ignored.ts';
import { checkStack, findStackImage, withStackImage } from './stack-image.ts';

/** The images of one build, and what the slug needs to know about them. */
export interface BuiltImages {
  readonly dockerfile: Dockerfile;
  readonly base: BaseImage;
  /** The image that holds the app. */
  readonly app: Image;
  /** The stack image that they build on; absent where they build on something else. */
  readonly stack: Image | undefined;
}

/** The base image, and what is to be built on it. */
export interface BaseBuild {
  readonly job: BuildJob;
  readonly base: BaseImage;
  /** The images that the Dockerfile names, as the engine has them. */
  readonly externalImages: ReadonlyMap<string, Image>;
}

/** Builds the base image, or finds it. */
export async function buildBase(
  context: Context,
  engine: Engine,
  stack: Stack,
): Promise<BaseBuild> {
  const { settings, reporter } = context;
  const withStack = withStackImage(settings, stack);
  const dockerfile = parseDockerfile(await readDockerfile(context), withStack);
  const wantsStack = dockerfile.declaredArguments.has('STACK_IMAGE');
  const buildArguments = wantsStack ? withStack : settings.buildArguments;
  checkStack(context, dockerfile, stack);
  return reporter.phase('Base image', async () => {
    const ignore = await readIgnored(context);
    const externalImages = await ensureImages(context, dockerfile);
    const builder = settings.builder ?? engine.builder;
    const job: BuildJob = { context, builder, buildArguments, dockerfile, ignore };
    const base = await ensureBaseImage(job, externalImages);
    return { job, base, externalImages };
  });
}

/** Builds the base image, or finds it, and the app's image on top of it. */
export async function buildImages(
  context: Context,
  engine: Engine,
  stack: Stack,
): Promise<BuiltImages> {
  const { job, base, externalImages } = await buildBase(context, engine, stack);
  const { dockerfile } = job;
  const app =
    base.image.triggers.length === 0
      ? base.image
      : await context.reporter.phase('App image', () => buildAppImage(job, base));
  return {
    dockerfile,
    base,
    app,
    stack: findStackImage(context, dockerfile, externalImages),
  };
}

async function readDockerfile({ settings }: Context): Promise<string> {
  const path = join(settings.workingDirectory, settings.dockerfile);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new DeployError(
      `The Dockerfile ${path} cannot be read.`,
      'Check the "dockerfile" and "working-directory" settings.',
      { cause: error },
    );
  }
}

async function ensureImages(
  { settings, reporter, signal }: Context,
  { externalImages }: Dockerfile,
): Promise<ReadonlyMap<string, Image>> {
  const options = {
    pull: settings.pull,
    setting: 'stack-image',
    signal,
    onLine: (line: string) => reporter.output(line),
  };
  const found = externalImages.map(
    async (reference) => [reference, await ensureImage(reference, options)] as const,
  );
  return new Map(await Promise.all(found));
}
