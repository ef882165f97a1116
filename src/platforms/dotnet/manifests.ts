import { posix } from 'node:path';
import type { AppFolder, TemplateValues } from '../platform.ts';
import type { AppSource } from './app-source.ts';
import { foldersUp } from './project.ts';

/** Besides the projects; MSBuild and NuGet look for them in a project's folder and those around it. */
const shared = [
  'Directory.Build.props',
  'Directory.Build.targets',
  'Directory.Packages.props',
  'packages.lock.json',
  'global.json',
  'nuget.config',
  'NuGet.config',
  'NuGet.Config',
];

/** All that a restore reads: values for the partial `manifests`, a folder at a time. */
export function manifestCopies(app: AppFolder, source: AppSource): TemplateValues[] {
  const projects = source.allProjects.map(({ path }) => path);
  const folders = [...new Set(['.', ...projects.flatMap(foldersUp)])].sort();
  const own = new Set([source.file, ...projects]);
  return folders.flatMap((folder) => {
    const files = [
      ...[...own].filter((path) => posix.dirname(path) === folder),
      ...shared.map((name) => posix.join(folder, name)).filter((path) => app.has(path)),
    ];
    return files.length === 0
      ? []
      : [{ sources: files.join(' '), target: folder === '.' ? './' : `./${folder}/` }];
  });
}

/**
 * Why the restore has to have the whole source at hand, as a clause that follows "because";
 * `undefined` where the projects and what goes with them are enough.
 */
export function whySourceFirst(app: AppFolder, source: AppSource): string | undefined {
  const { allProjects } = source;
  if (/\.cs$/.test(source.file)) return 'its one file says what they are';
  if (allProjects.some(({ hasImports }) => hasImports)) return 'a project takes in other files';
  if (allProjects.some(({ path }) => path.startsWith('../'))) return 'a project is outside of it';
  // A COPY instruction of more than one file has a space between two.
  if (allProjects.some(({ path }) => /\s/.test(path)) || /\s/.test(source.file)) {
    return 'there is a space in the name of a project';
  }
  return app.has('.config/dotnet-tools.json') ? 'it has tools of its own' : undefined;
}
