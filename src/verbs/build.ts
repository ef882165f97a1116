import { sourceTime } from '../app/source-time.ts';
import { connectEngine } from '../docker/engine.ts';
import type { Stack } from '../heroku/stack.ts';
import type { Slug } from '../slug/create-slug.ts';
import type { Context } from './context.ts';
import { alongside } from './steps/alongside.ts';
import { type BuiltApp, imageOutputs } from './steps/image-outputs.ts';
import { buildImages } from './steps/images.ts';
import { ensureRunImage } from './steps/run-image.ts';
import { makeSlug } from './steps/slug.ts';
import { withSlugPath } from './steps/slug-path.ts';
import {
  afterSmokeTest,
  prepareSmokeTest,
  type SmokeTest,
  type Target,
} from './steps/smoke-test.ts';
import { prepareSource, readSource, stackWithoutApp } from './steps/source.ts';
import { whileChecking } from './steps/while-checking.ts';

/** A slug that is ready to be released, and how it came about. */
export interface BuiltSlug extends BuiltApp {
  readonly stack: Stack;
  readonly slug: Slug;
  /** What it is still to be tried with, where that was asked for. */
  readonly smokeTest: SmokeTest | undefined;
}

/** What a slug is made for. What comes from the platform is waited for when it is needed. */
export interface SlugRequest {
  /** Where to leave the slug. */
  readonly path: string;
  readonly stack: () => Promise<Stack>;
  /** Absent where no app is asked. */
  readonly target?: () => Promise<Target | undefined>;
}

/** Makes the slug and leaves it where `slug-path` says, without a word to Heroku. */
export async function build(context: Context): Promise<void> {
  await withSlugPath(context.settings, { keep: true }, async (path) => {
    const built = await buildSlug(context, { path, stack: async () => stackWithoutApp(context) });
    await afterSmokeTest(context, built, async () => context.report.add({ 'slug-path': path }));
  });
}

/** Takes the app's folder to a slug: a Dockerfile if it has none, the images, `/app` as a file. */
export async function buildSlug(context: Context, request: SlugRequest): Promise<BuiltSlug> {
  const { settings, report } = context;
  const engine = await connectEngine();
  const source = readSource(context);
  const processTypes = await source.processTypes();
  const modified = await sourceTime(settings.workingDirectory, context.environment);
  const stack = await request.stack();
  await prepareSource(context, source, stack);
  const pull = (signal: AbortSignal) => ensureRunImage({ ...context, signal }, stack);
  const [smokeTest, built] = await alongside(context.signal, pull, (runImage) =>
    whileChecking(
      context,
      async (joined) => prepareSmokeTest(joined, runImage, await request.target?.()),
      async (joined) => {
        const images = await buildImages(joined, engine, stack);
        report.add(imageOutputs(settings, { platform: source.platform, images, processTypes }));
        const made = { images, processTypes, stack, modified, runImage };
        const slug = await makeSlug(joined, engine, made, request.path);
        report.slug = slug;
        report.add({ 'slug-size': String(slug.sizeBytes), 'slug-checksum': slug.checksum });
        return { images, slug };
      },
    ),
  );
  return { platform: source.platform, stack, processTypes, smokeTest, ...built };
}
