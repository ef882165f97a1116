import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployError, messageOf } from '../errors.ts';
import { type ProcessTypes, parseProcfile } from './procfile.ts';

/** Where the platform itself looks for them. */
const usualName = 'Procfile';

/**
 * The app's process types: its Procfile's, or where there is none those that its platform runs by
 * default. A file of another name was asked for, so it has to be there.
 * @param defaults looks for the latter in the app's files; not asked where there is a Procfile.
 * @throws DeployError where the Procfile does not parse, or where there is neither.
 */
export async function readProcessTypes(
  folder: string,
  procfile: string,
  defaults: () => ProcessTypes,
): Promise<ProcessTypes> {
  const content = await readOptional(join(folder, procfile), procfile);
  if (content !== undefined) return parseProcfile(content, procfile);
  if (procfile !== usualName) {
    throw new DeployError(
      `There is no ${procfile} in ${folder}.`,
      'Check the "procfile" setting: a path relative to the working directory.',
    );
  }
  const found = defaults();
  if (Object.keys(found).length > 0) return found;
  throw new DeployError(
    `There is no ${procfile}, and this app has no default process type.`,
    `Write a ${procfile} with a line such as "web: ./server --port $PORT".`,
  );
}

async function readOptional(path: string, procfile: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DeployError(
      `The ${procfile} cannot be read: ${messageOf(error)}`,
      'Make it a text file that this user may read.',
      { cause: error, location: { file: procfile } },
    );
  }
}
