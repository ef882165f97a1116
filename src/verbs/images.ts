import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dockerfile, parseDockerfile, withChildStage } from '../app/dockerfile.ts';
import { buildImage } from '../docker/build.ts';
import { askDocker } from '../docker/command.ts';
import { buildsInEngine, type Engine } from '../docker/engine.ts';
import { ensureImage, findImage, type Image } from '../docker/image.ts';
import { DeployError } from '../errors.ts';
import { type Stack, stackImages, stackOfImage } from '../heroku/stack.ts';
import { imageHash, isReusable } from './base-image.ts';
import type { Context } from './context.ts';

/** The images of one build, and what the slug needs to know about them. */
export interface BuiltImages {
  /** 64 hexadecimal digits over all that went into the base image. */
  readonly hash: string;
  /** Name of the base image. */
  readonly base: string;
  readonly baseCached: boolean;
  /** The image that holds the app. */
  readonly app: Image;
  /** `KEY=value` lines that the stack image brings along, and that are therefore not the app's. */
  readonly stackEnvironment: readonly string[];
}

type ExternalImages = ReadonlyMap<string, Image>;

/**
 * Builds the base image, or finds it, and the app's image on top of it: a Dockerfile of one line,
 * whose only purpose is to fire the ONBUILD instructions.
 */
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
    return { base: await buildBase(job, dockerfile, external), externalImages: external };
  });
  const app =
    base.image.triggers.length === 0
      ? base.image
      : await reporter.phase('App image', () => buildApp(job, dockerfile, base));
  return {
    hash: base.hash,
    base: base.name,
    baseCached: base.cached,
    app,
    stackEnvironment: stackEnvironment(context, dockerfile, externalImages),
  };
}

interface BuildJob {
  readonly context: Context;
  readonly builder: string;
  readonly buildArguments: Readonly<Record<string, string>>;
}

interface BaseImage {
  readonly hash: string;
  readonly name: string;
  readonly cached: boolean;
  readonly image: Image;
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

/** Templates start from `ARG STACK_IMAGE`, so that the same Dockerfile serves the next stack and a mirror. */
function withStackImage({ settings }: Context, stack: Stack, text: string) {
  const { declaredArguments } = parseDockerfile(text, settings.buildArguments);
  if (!declaredArguments.has('STACK_IMAGE')) return settings.buildArguments;
  const stackImage = settings.stackImage ?? stackImages(stack).build;
  return { STACK_IMAGE: stackImage, ...settings.buildArguments };
}

function checkStack({ settings, reporter }: Context, dockerfile: Dockerfile, stack: Stack): void {
  const { baseImage, baseImageLine } = dockerfile;
  const location = { file: settings.dockerfile, line: baseImageLine };
  const built = stackOfImage(baseImage);
  if (built !== undefined && built !== stack.name) {
    throw new DeployError(
      `${settings.dockerfile} builds on ${baseImage}, which is ${built}; the slug is for ${stack.name}.`,
      `Start it from ${stackImages(stack).build}, or move the app: heroku stack:set ${built}`,
      { location },
    );
  }
  if (built === undefined && baseImage !== 'scratch' && baseImage !== settings.stackImage) {
    reporter.warning(
      `${baseImage} is no Heroku stack image: programs built on it may miss libraries on ${stack.name}.`,
      location,
    );
  }
}

async function ensureImages(context: Context, dockerfile: Dockerfile): Promise<ExternalImages> {
  const { settings, reporter, signal } = context;
  const images = new Map<string, Image>();
  for (const reference of dockerfile.externalImages) {
    const options = {
      pull: settings.pull,
      signal,
      onLine: (line: string) => reporter.output(line),
    };
    images.set(reference, await ensureImage(reference, options));
  }
  return images;
}

async function buildBase(
  job: BuildJob,
  dockerfile: Dockerfile,
  externalImages: ExternalImages,
): Promise<BaseImage> {
  const { settings, reporter } = job.context;
  const hash = imageHash(dockerfile, job.buildArguments, externalImages);
  const name = `heroku-docker-${hash}`;
  const reusable = isReusable(dockerfile, externalImages);
  const found = reusable ? await findImage(name) : undefined;
  if (found !== undefined) {
    reporter.info(`${name} is there already: nothing that it is made of has changed`);
    return { hash, name, cached: true, image: found };
  }
  reporter.info(`Building ${name}`);
  const path = join(settings.workingDirectory, settings.dockerfile);
  return { hash, name, cached: false, image: await runBuild(job, { path }, name) };
}

async function buildApp(job: BuildJob, dockerfile: Dockerfile, base: BaseImage): Promise<Image> {
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

async function runBuild(
  job: BuildJob,
  dockerfile: { path: string } | { text: string },
  tag: string,
): Promise<Image> {
  const { settings, reporter, signal } = job.context;
  const id = await buildImage({
    context: settings.workingDirectory,
    dockerfile,
    tag,
    builder: job.builder,
    buildArguments: job.buildArguments,
    secrets: settings.secrets,
    cacheFrom: settings.cacheFrom,
    cacheTo: settings.cacheTo,
    signal,
    onLine: (line) => reporter.output(line),
  });
  const image = await findImage(id);
  if (image !== undefined) return image;
  throw new DeployError(
    `The image ${id} was built, but the Docker engine does not have it.`,
    'Use a builder that can load into the engine, or leave "builder" out.',
  );
}

/** What the engine gives every image that sets no PATH itself. */
const plainEnvironment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/** Only a stack image's environment is there on the dyno too; any other base image's is part of the app. */
function stackEnvironment(
  { settings }: Context,
  { baseImage }: Dockerfile,
  externalImages: ExternalImages,
): readonly string[] {
  const onStack = stackOfImage(baseImage) !== undefined || baseImage === settings.stackImage;
  return (onStack && externalImages.get(baseImage)?.environment) || plainEnvironment;
}
