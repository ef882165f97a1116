import { posix } from 'node:path';
import type { Dockerfile } from '../../app/dockerfile.ts';
import { buildImage, type FailedInstruction } from '../../docker/build.ts';
import { findImage, type Image } from '../../docker/image.ts';
import { DeployError, type SourceLocation } from '../../errors.ts';
import type { Context } from '../context.ts';

/** What all builds of a run have in common. */
export interface BuildJob {
  readonly context: Context;
  readonly builder: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** The app's own. */
  readonly dockerfile: Dockerfile;
  /** What no build takes from the app's folder, in the language of `.dockerignore`. */
  readonly ignore: string;
}

/** What one build is made of. */
export interface BuildSource {
  /** A Dockerfile: the app's own, or one that stands on it. */
  readonly text: string;
  /** Finds a failing instruction in the app's own Dockerfile. */
  readonly locate: (failed: FailedInstruction) => SourceLocation | undefined;
}

/** Builds one image and looks at the result. */
export async function runBuild(job: BuildJob, source: BuildSource, tag: string): Promise<Image> {
  const { settings, reporter, signal } = job.context;
  const ids = await buildImage({
    context: settings.workingDirectory,
    dockerfile: {
      name: posix.basename(settings.dockerfile),
      text: source.text,
      ignore: job.ignore,
    },
    tag,
    builder: job.builder,
    buildArguments: job.buildArguments,
    secrets: settings.secrets,
    cacheFrom: settings.cacheFrom,
    cacheTo: settings.cacheTo,
    signal,
    onLine: (line) => reporter.output(line),
    locate: source.locate,
  });
  for (const id of ids) {
    const image = await findImage(id);
    if (image !== undefined) return image;
  }
  throw new DeployError(
    `The image ${ids.join(' or ')} was built, but the Docker engine does not have it.`,
    'Use a builder that can load into the engine, or leave "builder" out.',
  );
}
