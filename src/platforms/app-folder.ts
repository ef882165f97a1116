import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
