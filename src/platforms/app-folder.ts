import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { readSlugIgnore } from '../app/slugignore.ts';
import { DeployError, messageOf } from '../errors.ts';
import type { AppFolder } from './platform.ts';

/**
 * Opens an app's folder for the platforms to look at. Files are read when they are asked for.
 * @throws DeployError where there is no such folder.
 */
export function openAppFolder(folder: string): AppFolder {
  const path = resolve(folder);
  const files = fileNames(path);
  return {
    path,
    files,
    has: (name) => statSync(join(path, name), { throwIfNoEntry: false })?.isFile() ?? false,
    hasFolder: (name) =>
      statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory() ?? false,
    read: (name) => readText(join(path, name)),
  };
}

/**
 * The same folder as a build sees it, without what `.slugignore` names: Heroku deletes that before
 * it looks which language the app is in, and which of two lockfiles it has.
 */
export function asBuilt(app: AppFolder): AppFolder {
  const ignored = new Set(readSlugIgnore(app.path)?.paths);
  const isThere = (name: string): boolean => {
    const path = posix.normalize(name).replace(/\/$/, '');
    return path === '.' || (!ignored.has(path) && isThere(posix.dirname(path)));
  };
  return {
    path: app.path,
    files: app.files.filter(isThere),
    has: (name) => isThere(name) && app.has(name),
    hasFolder: (name) => isThere(name) && app.hasFolder(name),
    read: (name) => (isThere(name) ? app.read(name) : undefined),
  };
}

function fileNames(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch (error) {
    throw new DeployError(
      `The app's folder ${path} cannot be read: ${messageOf(error)}`,
      'Check the "working-directory" setting, and that the repository was checked out before this step.',
      { cause: error },
    );
  }
}

/** Windows editors put a byte order mark at the start, which no parser of JSON or YAML takes. */
const byteOrderMark = '\uFEFF';

function readText(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.startsWith(byteOrderMark) ? text.slice(1) : text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw new DeployError(
      `${path} cannot be read: ${messageOf(error)}`,
      'Make the file readable for the user that this runs as.',
      { cause: error },
    );
  }
}
