import { buildImage } from '../../docker/build.ts';
import { findImage, type Image } from '../../docker/image.ts';
import { DeployError } from '../../errors.ts';
import type { Context } from '../context.ts';

/** What all builds of a run have in common. */
export interface BuildJob {
  readonly context: Context;
  readonly builder: string;
  readonly buildArguments: Readonly<Record<string, string>>;
}

/** Builds one image and looks at the result. */
export async function runBuild(
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
