import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';
import { type Project, projectsOf, readProject, readSingleFile } from './project.ts';

/** What of an app is published. */
export interface AppSource {
  /** The solution, the project or the C# file. */
  readonly file: string;
  /** Those that the file names. */
  readonly projects: readonly Project[];
  /** All that a restore reads: those, and all that they refer to. */
  readonly allProjects: readonly Project[];
}

const kinds = [/\.slnx?$/, /\.(cs|fs|vb)proj$/, /\.cs$/];

/** The file at the root that Heroku's buildpack publishes; several of a kind are for the user to sort out. */
export function candidates(app: AppFolder): readonly string[] {
  const found = kinds.map((kind) => app.files.filter((file) => kind.test(file)));
  return found.find((files) => files.length > 0) ?? [];
}

/**
 * Reads what is to be published (buildpacks-dotnet, app_source.rs).
 * @throws DeployError where there is nothing or more than one, or a file cannot be understood.
 */
export function readAppSource(app: AppFolder): AppSource {
  const files = candidates(app);
  const [file] = files;
  if (file === undefined) {
    throw new DeployError(
      `${app.path} has no solution, no project and no C# file, one of which the template "dotnet" publishes.`,
      'Add one with "dotnet new", or choose another template.',
    );
  }
  if (files.length > 1) {
    throw new DeployError(
      `The app's folder has ${files.join(' and ')}: one of them is to be published.`,
      'Keep one at the root, or make a solution of the projects with "dotnet new sln".',
      { location: { file } },
    );
  }
  const projects = readProjects(app, file);
  return { file, projects, allProjects: withReferences(app, projects) };
}

function readProjects(app: AppFolder, file: string): Project[] {
  if (/\.cs$/.test(file)) return [readSingleFile(app, file)];
  const paths = /\.slnx?$/.test(file) ? projectsOf(app, file) : [file];
  return paths.map((path) => readProject(app, path));
}

function withReferences(app: AppFolder, projects: readonly Project[]): Project[] {
  const all = new Map(projects.map((project) => [project.path, project]));
  // A map's iteration goes on to what is added on the way.
  for (const [, project] of all) {
    for (const path of project.references) {
      if (!all.has(path) && app.has(path)) all.set(path, readProject(app, path));
    }
  }
  return [...all.values()];
}
