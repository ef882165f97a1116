import { filesize } from 'filesize';
import { openArchive } from '../../docker/archive.ts';
import { withContainer } from '../../docker/container.ts';
import type { Engine } from '../../docker/engine.ts';
import { DeployError } from '../../errors.ts';
import { createSlug, type Slug } from '../../slug/create-slug.ts';
import type { FolderSize } from '../../slug/folder-sizes.ts';
import { type Profile, profileScript } from '../../slug/profile.ts';
import type { Context } from '../context.ts';
import type { BuiltImages } from './images.ts';

/** Heroku refuses a slug above this, and warns above the other (https://devcenter.heroku.com/articles/limits#slug-size). */
const limitBytes = 1_000_000_000;
const softLimitBytes = 300_000_000;

/** Sourced by every dyno before its command; first in the folder, so that the app's own scripts have the last word. */
const profilePath = '.profile.d/000-heroku-docker-release.sh';

const shownFolders = 10;

/**
 * Takes `/app` out of the app's image, which is never run for that, and makes the slug of it.
 * @throws DeployError where it is larger than the platform takes.
 */
export async function makeSlug(
  context: Context,
  engine: Engine,
  images: BuiltImages,
  path: string,
): Promise<Slug> {
  const { settings, reporter, signal } = context;
  const profile = profileScript({
    imageEnvironment: images.app.environment,
    stackEnvironment: images.stackEnvironment,
    workingDirectory: images.app.workingDirectory,
  });
  return reporter.phase('Slug', async () => {
    warnOfLosses(context, profile);
    const slug = await withContainer({ image: images.app.id, command: neverRun }, async (name) =>
      createSlug({
        archive: openArchive({ engine, container: name, path: '/app', signal }),
        exclude: settings.exclude,
        appended:
          profile.script === undefined
            ? []
            : [{ path: profilePath, content: profile.script, mode: 0o644 }],
        path,
        signal,
      }),
    );
    report(context, slug);
    checkSize(context, slug);
    return slug;
  });
}

/** An image without CMD and ENTRYPOINT cannot be made a container of without a command. */
const neverRun = ['never-run'];

function warnOfLosses({ settings, reporter }: Context, profile: Profile): void {
  const location = { file: settings.dockerfile };
  if (profile.lostWorkingDirectory !== undefined) {
    reporter.warning(
      `WORKDIR ${profile.lostWorkingDirectory} is outside /app, so the dyno starts in /app instead.`,
      location,
    );
  }
  if (profile.skipped.length > 0) {
    reporter.warning(
      `A dyno's shell cannot set ${profile.skipped.join(', ')} as ENV does; they are left out.`,
      location,
    );
  }
}

function report({ reporter }: Context, slug: Slug): void {
  for (const { pattern, files, bytes } of slug.excluded) {
    const said = `${pattern}: ${files} files, ${filesize(bytes)} left out of the slug`;
    if (pattern === '.heroku') {
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
