import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployError, messageOf } from '../errors.ts';

/** Where the parts of the state are in the folder that keeps it. */
export interface StateFolder {
  readonly path: string;
  /** Tells the folder's dynos from those of others on the same engine; it outlives a damaged state. */
  readonly id: string;
  /** The bytes of a slug. */
  slug(slugId: string): string;
  /** What the release phase of a release wrote. */
  releaseOutput(releaseId: string): string;
  /** What the platform itself says about an app. */
  appLog(appId: string): string;
}

const idFile = 'id';
const folders = ['slugs', 'release-output', 'app-logs'];

/**
 * Opens a folder to keep state in, or makes it.
 * @throws DeployError where it cannot be written.
 */
export async function openFolder(path: string): Promise<StateFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await Promise.all(folders.map((name) => mkdir(join(path, name), { recursive: true })));
    return {
      path,
      id: (await folderId(path)) ?? (await newFolderId(path)),
      // The ids in these names are made by this program: no name of a user's gets into a path.
      slug: (slugId) => join(path, 'slugs', `${slugId}.tgz`),
      releaseOutput: (releaseId) => join(path, 'release-output', `${releaseId}.txt`),
      appLog: (appId) => join(path, 'app-logs', `${appId}.log`),
    };
  } catch (error) {
    throw new DeployError(
      `The local Heroku cannot keep its state in ${path}: ${messageOf(error)}`,
      'Name a folder that can be written.',
      { cause: error },
    );
  }
}

/** The id of a folder that was opened before. */
export async function folderId(path: string): Promise<string | undefined> {
  try {
    return (await readFile(join(path, idFile), 'utf8')).trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes what uploads left behind that were under way when a server was killed. */
export async function removeHalfUploads({ path }: StateFolder): Promise<void> {
  const slugs = join(path, 'slugs');
  const parts = (await readdir(slugs)).filter((name) => name.endsWith('.part'));
  await Promise.all(parts.map((name) => rm(join(slugs, name), { force: true })));
}

/** Removes what this program keeps in a folder, and the folder unless something else is in it. */
export async function removeFolder(path: string): Promise<void> {
  const isOurs = (name: string) =>
    [...folders, idFile].includes(name) || /^(state|server)\.json(\.|$)/.test(name);
  const ours = (await readdir(path)).filter(isOurs);
  await Promise.all(ours.map((name) => rm(join(path, name), { recursive: true, force: true })));
  await rmdir(path).catch(() => {});
}

async function newFolderId(path: string): Promise<string> {
  const id = randomUUID();
  await writeFile(join(path, idFile), id);
  return id;
}
