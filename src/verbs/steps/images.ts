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
import { checkStack, stackEnvironment, withStackImage } from './stack-image.ts';

/** The images of one build, and what the slug needs to know about them. */
export interface BuiltImages {
  readonly base: BaseImage;
  /** The image that holds the app. */
  readonly app: Image;
  /** `KEY=value` lines that the stack image brings along, and that are therefore not the app's. */
  readonly stackEnvironment: readonly string[];
}

/** Builds the base image, or finds it, and the app's image on top of it. */
export async function buildImages(
  context: Context,
  engine: Engine,
  stack: Stack,
): Promise<BuiltImages> {
  const { settings, reporter } = context;
  const text = await readDockerfile(context);
  const buildArguments = withStackImage(context, stack, text);
  const dockerfile = parseDockerfile(text, buildArguments);
  checkStack(context, dockerfile, stack);
  const job: BuildJob = { context, builder: settings.builder ?? engine.builder, buildArguments };

  const { base, externalImages } = await reporter.phase('Base image', async () => {
    const external = await ensureImages(context, dockerfile);
    return { base: await ensureBaseImage(job, dockerfile, external), externalImages: external };
  });
  const app =
    base.image.triggers.length === 0
      ? base.image
      : await reporter.phase('App image', () => buildAppImage(job, dockerfile, base));
  return {
    base,
    app,
    stackEnvironment: stackEnvironment(context, dockerfile, externalImages),
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
    signal,
    onLine: (line: string) => reporter.output(line),
  };
  const found = externalImages.map(
    async (reference) => [reference, await ensureImage(reference, options)] as const,
  );
  return new Map(await Promise.all(found));
}
