import { posix } from 'node:path';
import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';
import { moduleFile, parseModule, parseWorkspace, type Statement } from './module.ts';

/** Makes several modules one workspace (https://go.dev/ref/mod#workspaces). */
const workspaceFile = 'go.work';

/**
 * Folders of the modules that are part of the app besides the one at its root: those of go.work,
 * and those that a `replace` names.
 * @throws DeployError where one of them is not in the app's folder.
 */
export function localModules(app: AppFolder): string[] {
  const workspace = app.read(workspaceFile) ?? '';
  const members = parseWorkspace(workspace, workspaceFile).map((use) => folderOf(app, use));
  const roots = new Set(['.', ...members]);
  const files = [workspaceFile, ...[...roots].map((folder) => posix.join(folder, moduleFile))];
  const replaced = files.flatMap((file) =>
    parseModule(app.read(file) ?? '', file).localReplacements.map((one) => folderOf(app, one)),
  );
  return [...new Set([...members, ...replaced])].filter((folder) => folder !== '.');
}

/** The folder that a file names, which does so as seen from its own. */
function folderOf(app: AppFolder, { value, location }: Statement): string {
  const folder = posix.join(posix.dirname(location.file), value).replace(/\/$/, '');
  const isInside = !/^(\/|\.\.(\/|$))/.test(folder);
  if (isInside && app.has(posix.join(folder, moduleFile))) return folder;
  throw new DeployError(
    `${location.file} has a module in the folder ${value}, but the app has no ${posix.join(folder, moduleFile)}.`,
    'Commit that module below the app’s folder, or choose a "working-directory" that has both in it.',
    { location },
  );
}
