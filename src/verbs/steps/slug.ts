import { filesize } from 'filesize';
import type { ProcessTypes } from '../../app/procfile.ts';
import { openArchive } from '../../docker/archive.ts';
import { withContainer } from '../../docker/container.ts';
import type { Engine } from '../../docker/engine.ts';
import type { Image } from '../../docker/image.ts';
import { DeployError } from '../../errors.ts';
import type { Stack } from '../../heroku/stack.ts';
import { createSlug, type Slug } from '../../slug/create-slug.ts';
import type { FolderSize } from '../../slug/folder-sizes.ts';
import { profileScript } from '../../slug/profile.ts';
import type { Context } from '../context.ts';
import { alongside } from './alongside.ts';
import type { BuiltImages } from './images.ts';
import { compareWithDyno, reportLosses } from './losses.ts';
import { stackEnvironment } from './stack-image.ts';

/** Heroku refuses a slug above this, and warns above the other (https://devcenter.heroku.com/articles/limits#slug-size). */
const limitBytes = 1_000_000_000;
const softLimitBytes = 300_000_000;

/** Sourced by every dyno before its command; first in the folder, so that the app's own scripts have the last word. */
const profilePath = '.profile.d/000-heroku-docker-release.sh';

const shownFolders = 10;

/** What a slug is made of, and for. */
export interface SlugSource {
  readonly images: BuiltImages;
  readonly processTypes: ProcessTypes;
  readonly stack: Stack;
  /** Time of everything in the slug, in seconds since 1970. */
  readonly modified: number;
  /** The image that dynos boot on, which may still be on its way. */
  readonly runImage: Promise<Image>;
}

/**
 * Takes `/app` out of the app's image, which is never run for that, makes the slug of it, and tells
 * what a dyno would miss.
 * @throws DeployError where it is larger than the platform takes.
 */
export async function makeSlug(
  context: Context,
  engine: Engine,
  source: SlugSource,
  path: string,
): Promise<Slug> {
  const { settings, reporter, signal } = context;
  const { images, modified } = source;
  const profile = profileScript({
    imageEnvironment: images.app.environment,
    stackEnvironment: stackEnvironment(images.stack),
    workingDirectory: images.app.workingDirectory,
  });
  const compare = (ending: AbortSignal) => compareWithDyno(engine, source, ending);
  return reporter.phase('Slug', () =>
    alongside(signal, compare, async (comparison) => {
      const slug = await withContainer({ image: images.app.id, command: neverRun }, async (name) =>
        createSlug({
          archive: openArchive({ engine, container: name, path: '/app', signal }),
          exclude: settings.exclude,
          appended:
            profile.script === undefined
              ? []
              : [{ path: profilePath, content: profile.script, mode: 0o644 }],
          modified,
          path,
          signal,
        }),
      );
      report(context, slug);
      checkSize(context, slug);
      await reportLosses(context, { ...source, profile, contents: slug.contents }, comparison);
      return slug;
    }),
  );
}

/** An image without CMD and ENTRYPOINT cannot be made a container of without a command. */
const neverRun = ['never-run'] as const;

function report({ reporter }: Context, slug: Slug): void {
  for (const { pattern, files, bytes } of slug.excluded) {
    const said = `${pattern}: ${files} files, ${filesize(bytes)} left out of the slug`;
    if (pattern === '.heroku' && bytes > 0) {
      reporter.warning(`${said}; to keep it, set "exclude" to what else is to be left out (.git).`);
    } else {
      reporter.info(said);
    }
  }
  reporter.info(
    `${slug.files} files, ${filesize(slug.unpackedBytes)}, compressed to ${filesize(slug.sizeBytes)}`,
  );
  reporter.info(slug.checksum);
}

/** Before the upload: Heroku takes the file and says no only at the release, without a reason. */
function checkSize({ reporter }: Context, slug: Slug): void {
  const size = filesize(slug.sizeBytes);
  if (slug.sizeBytes > limitBytes) {
    throw new DeployError(
      `The slug is ${size}, and Heroku takes ${filesize(limitBytes)} at most. Its largest folders, uncompressed:\n${largest(slug.folders)}`,
      'Leave files out with "exclude" or a .dockerignore, or do without a dependency.',
    );
  }
  if (slug.sizeBytes > softLimitBytes) {
    reporter.warning(
      `The slug is ${size}, and large slugs boot slowly. Its largest folders, uncompressed:\n${largest(slug.folders)}`,
    );
  }
}

function largest(folders: readonly FolderSize[]): string {
  return folders
    .slice(0, shownFolders)
    .map(({ path, bytes }) => `  ${filesize(bytes).padStart(10)}  ${path}`)
    .join('\n');
}
