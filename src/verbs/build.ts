import { readProcessTypes } from '../app/process-types.ts';
import type { ProcessTypes } from '../app/procfile.ts';
import { connectEngine } from '../docker/engine.ts';
import { defaultStack, parseStack, type Stack } from '../heroku/stack.ts';
import { openAppFolder } from '../platforms/app-folder.ts';
import { detectPlatform, findPlatform } from '../platforms/index.ts';
import { minimal } from '../platforms/minimal.ts';
import type { Outputs } from '../settings/outputs.ts';
import type { Slug } from '../slug/create-slug.ts';
import type { Context } from './context.ts';
import { init } from './init.ts';
import { type BuiltImages, buildImages } from './steps/images.ts';
import { makeSlug } from './steps/slug.ts';
import { withSlugPath } from './steps/slug-path.ts';

/** A slug that is ready to be released, and how it came about. */
export interface BuiltSlug {
  /** Name of the detected platform; `undefined` where only the app's own Dockerfile knows. */
  readonly platform: string | undefined;
  readonly stack: Stack;
  readonly images: BuiltImages;
  readonly processTypes: ProcessTypes;
  readonly slug: Slug;
}

/** Makes the slug and leaves it where `slug-path` says, without a word to Heroku. */
export async function build(context: Context): Promise<Outputs> {
  const stack = context.settings.stack ?? parseStack(defaultStack);
  return withSlugPath(context.settings, { keep: true }, async (path) => ({
    ...buildOutputs(context, await buildSlug(context, stack, path)),
    'slug-path': path,
  }));
}

/**
 * Takes the app's folder to a slug: a Dockerfile if it has none, the images, `/app` as a file.
 * @param stack may still be on its way from the platform; it is waited for when it is needed.
 * @param path where to leave the slug.
 */
export async function buildSlug(
  context: Context,
  stack: Stack | Promise<Stack>,
  path: string,
): Promise<BuiltSlug> {
  const { settings, reporter } = context;
  const engine = await connectEngine();
  const app = openAppFolder(settings.workingDirectory);
  const hasDockerfile = app.has(settings.dockerfile);
  const platform = (hasDockerfile ? findPlatform : detectPlatform)(app, settings.template);
  const processTypes = await readProcessTypes(
    settings.workingDirectory,
    settings.procfile,
    () => platform?.defaultProcessTypes(app) ?? {},
  );
  const knownStack = await stack;
  if (knownStack.warning !== undefined) reporter.warning(knownStack.warning);
  if (!hasDockerfile) await reporter.phase('Dockerfile', () => init(context, knownStack));
  const images = await buildImages(context, engine, knownStack);
  const slug = await makeSlug(context, engine, images, path);
  // A Procfile alone says nothing of the language that the app's own Dockerfile is for.
  const known = hasDockerfile && platform === minimal ? undefined : platform?.name;
  return { platform: known, stack: knownStack, images, processTypes, slug };
}

/** What every verb that makes a slug reports of it. */
export function buildOutputs(
  { settings }: Context,
  { platform, images, processTypes, slug }: BuiltSlug,
): Outputs {
  return {
    ...(platform !== undefined && { platform }),
    dockerfile: settings.dockerfile,
    'image-hash': images.base.hash,
    'base-image': images.base.name,
    'base-image-cached': String(images.base.cached),
    'image-id': images.app.id,
    'slug-size': String(slug.sizeBytes),
    'slug-checksum': slug.checksum,
    'process-types': JSON.stringify(processTypes),
  };
}
