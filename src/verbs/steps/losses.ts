import type { ProcessTypes } from '../../app/procfile.ts';
import type { Engine } from '../../docker/engine.ts';
import type { Image } from '../../docker/image.ts';
import { messageOf } from '../../errors.ts';
import type { Stack } from '../../heroku/stack.ts';
import { compareImages, type ImageDifference } from '../../losses/image-difference.ts';
import type { Loss } from '../../losses/loss.ts';
import { lostInstructions } from '../../losses/lost-instructions.ts';
import { missingLibraries } from '../../losses/missing-libraries.ts';
import { describeOutsideApp, lostCommandPrograms, lostPrograms } from '../../losses/outside-app.ts';
import { printableName } from '../../printable.ts';
import type { SlugContents } from '../../slug/contents.ts';
import type { Profile } from '../../slug/profile.ts';
import type { Context } from '../context.ts';
import type { BuiltImages } from './images.ts';

/** GitHub shows ten warnings a step, and there are others than these. */
const shownWarnings = 8;

/** Nobody waits longer for a report, nor for the pull of the run image that it needs. */
const longestMilliseconds = 120_000;

/** What an app's image is compared with. */
export interface DynoComparison {
  readonly images: BuiltImages;
  /** The image that dynos boot on, which may still be on its way. */
  readonly runImage: Promise<Image>;
}

/** Looks what the app's image has and the run image has not. */
export async function compareWithDyno(
  engine: Engine,
  { images, runImage }: DynoComparison,
  signal: AbortSignal,
): Promise<ImageDifference> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestMilliseconds)]);
  const run = await beforeAbort(runImage, limit);
  return compareImages({
    app: images.app.id,
    // Of any other image nothing is on the dyno, but what the run image has too.
    stack: (images.stack ?? run).id,
    run: run.id,
    programFolders: variableOf(images.app, 'PATH')
      .split(':')
      .filter((folder) => folder.startsWith('/app/')),
    builder: engine.builder,
    signal: limit,
  });
}

function beforeAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

function variableOf({ environment }: Image, name: string): string {
  const start = `${name}=`;
  return environment.find((entry) => entry.startsWith(start))?.slice(start.length) ?? '';
}

/** What is known of an app when its slug is made. */
export interface BuiltForDyno {
  readonly images: BuiltImages;
  readonly processTypes: ProcessTypes;
  readonly stack: Stack;
  readonly profile: Profile;
  readonly contents: SlugContents;
}

/**
 * Tells what the app has in its image and will miss on a dyno, and what the slug should not have.
 * @param comparison where it fails, only what needs it is left out: a build does not fail for a report.
 */
export async function reportLosses(
  context: Context,
  built: BuiltForDyno,
  comparison: Promise<ImageDifference>,
): Promise<void> {
  const { reporter, signal } = context;
  const { images, processTypes, profile } = built;
  const difference = await comparison.catch((error) => {
    signal.throwIfAborted();
    reporter.info(`What the dyno would miss of the image is not known: ${inOneLine(error)}`);
    return undefined;
  });
  warn(context, [
    ...secretsInSlug(built),
    ...(difference === undefined ? [] : reportDifference(context, built, difference)),
    ...lostInstructions(images.dockerfile, processTypes, profile),
  ]);
}

function secretsInSlug({ images, contents }: BuiltForDyno): Loss[] {
  const copying = images.dockerfile.steps.findLast(({ readsContext }) => readsContext);
  return contents.secretFiles.map(({ path, kind }) => ({
    message: `${printableName(path)} in the slug looks like ${kind}: keep it out with a line in .dockerignore (**/${printableName(path.slice(path.lastIndexOf('/') + 1))}), and give the app its secrets as config vars.`,
    line: copying?.line,
  }));
}

/** Tells of it what is no warning. @returns what is one. */
function reportDifference(
  { reporter }: Context,
  { images, processTypes, stack, contents }: BuiltForDyno,
  difference: ImageDifference,
): Loss[] {
  const { dockerfile } = images;
  const programs = lostPrograms(difference, dockerfile);
  for (const line of describeOutsideApp(difference.added, programs)) reporter.info(line);
  for (const path of contents.unread)
    reporter.info(`${printableName(path)} was not searched for libraries`);
  const libraryPath = variableOf(images.app, 'LD_LIBRARY_PATH');
  return [
    ...lostCommandPrograms(processTypes, programs),
    ...missingLibraries({ contents, difference, dockerfile, libraryPath, stack: stack.name }),
  ];
}

function warn({ settings, reporter }: Context, losses: readonly Loss[]): void {
  for (const { message, line } of losses.slice(0, shownWarnings)) {
    reporter.warning(message, { file: settings.dockerfile, ...(line !== undefined && { line }) });
  }
  const more = losses.slice(shownWarnings);
  if (more.length > 0) reporter.info(`${more.length} more that a dyno would miss:`);
  for (const { message } of more) reporter.info(message);
}

/** What was done, and the end of what was said last, where the reason stands. */
function inOneLine(error: unknown): string {
  const [first = '', ...rest] = messageOf(error).split('\n');
  return [first, ...rest.slice(-1)].map((line) => line.slice(-300)).join(' ');
}
