import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployError, messageOf } from '../errors.ts';

/**
 * Reads a text file that an app may have or not.
 * @param file relative to the folder.
 * @returns `undefined` where it is not there.
 * @throws DeployError where it is there and cannot be read.
 */
export async function readTextIfThere(folder: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, file), 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(file, error);
  }
}

/** Whether a file could not be read because there is none. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** The error of a file that an app need not have. */
export function unreadable(file: string, error: unknown): DeployError {
  return new DeployError(
    `${file} cannot be read: ${messageOf(error)}`,
    'Make it a text file that this user may read, or remove it.',
    { cause: error, location: { file } },
  );
}

/** The error of a file that a setting names. */
export function unreadableOfSetting(
  setting: 'config-file' | 'env-file',
  { folder, file }: { folder: string; file: string },
  error: unknown,
): DeployError {
  return new DeployError(
    isMissing(error)
      ? `There is no ${file} in ${folder}.`
      : `${file} cannot be read: ${messageOf(error)}`,
    `Check the "${setting}" setting: a path relative to the working directory.`,
    { cause: error },
  );
}
