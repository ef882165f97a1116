import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { AppFolder } from '../platform.ts';

/** How deep Heroku's buildpack looks for it (heroku-buildpack-python, bin/steps/collectstatic). */
const deepest = 3;

/** Folders of what is installed, not of the app. */
const notTheApps = /^(\..*|node_modules|venv|env)$/;

/**
 * The `manage.py` of a Django project, relative to the app's folder: the one that is least deep;
 * `undefined` where there is none. Other frameworks had files of that name too.
 */
export function findManagePy(app: AppFolder): string | undefined {
  let folders = [''];
  for (let depth = 1; depth <= deepest; depth++) {
    const found = folders
      .map((folder) => posix.join(folder, 'manage.py'))
      .find((file) => app.read(file)?.includes('django'));
    if (found !== undefined) return found;
    folders = folders.flatMap((folder) => foldersIn(app, folder));
  }
  return undefined;
}

function foldersIn(app: AppFolder, folder: string): string[] {
  return readdirSync(join(app.path, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notTheApps.test(entry.name))
    .map((entry) => posix.join(folder, entry.name))
    .sort();
}
