import { DeployError } from '../../src/errors.ts';
import { openAppFolder } from '../../src/platforms/app-folder.ts';
import type { AppFolder } from '../../src/platforms/platform.ts';
import { temporaryFolder } from '../support/folder.ts';

/** An app with these files (path to text), gone when the test is over. */
export function makeApp(files: Readonly<Record<string, string>> = {}): AppFolder {
  return openAppFolder(temporaryFolder(files));
}

/** The text of a package.json with these fields. */
export function manifestText(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: 'app', version: '1.0.0', ...fields }, null, 2);
}

/** The error that an action stops with. */
export function refusalOf(action: () => unknown): DeployError {
  try {
    action();
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
