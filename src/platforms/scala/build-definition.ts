import { join } from 'node:path';
import { openAppFolder } from '../app-folder.ts';
import type { AppFolder } from '../platform.ts';

/** Where sbt keeps what builds the build: plugins, and Scala sources. */
export const projectFolder = 'project';

/** What an app's sbt files tell without running them. */
export interface BuildDefinition {
  /** The sbt files at the root: `build.sbt`. */
  readonly files: readonly string[];
  /** The script that `stage` makes, where the one project of the build tells its name. */
  readonly executable: string | undefined;
  /** Whether something in it is known to bring the task `stage`, or brings one of its own. */
  readonly hasStage: boolean;
  /** Why the build cannot be loaded without the app, as a clause that follows "because". */
  readonly readsSource: string | undefined;
  /** Environment variables that the build may take the credentials of a private repository from. */
  readonly secrets: readonly string[];
}

/** Ways for a build to look at files, or at the repository, while it is loaded. */
const readsFiles =
  /\b(IO\.read|Source\.from|Files\.(read|new|list|walk)|getLines|sys\.process|Process\()/;

/** Projects of the build whose own sbt files are elsewhere. */
const otherBuilds = /\b(ProjectRef|RootProject)\s*\(/;

/** sbt-native-packager, Play that has it inside, or a task that the build itself defines. */
const stageTask = /"sbt-native-packager"|"(org\.playframework|com\.typesafe\.play)"|\bstage\b/;

/** Reads the sbt files of the root and of the folder `project`. */
export function readBuildDefinition(app: AppFolder): BuildDefinition {
  const files = sbtFiles(app.files);
  const inProject = projectFiles(app).filter((name) => /\.(sbt|scala)$/.test(name));
  const texts = [...files, ...inProject.map((name) => `${projectFolder}/${name}`)].map((name) =>
    withoutComments(app.read(name) ?? ''),
  );
  const text = texts.join('\n');
  return {
    files,
    executable: executableName(text),
    hasStage: stageTask.test(text),
    readsSource: whyItReadsSource(text),
    secrets: secretNames(text),
  };
}

/** Names of files that only an sbt build has. */
export function sbtFiles(files: readonly string[]): string[] {
  return files.filter((name) => name.endsWith('.sbt'));
}

/** Names of the files in the folder `project`, none where it is not there. */
export function projectFiles(app: AppFolder, folder = projectFolder): readonly string[] {
  return app.hasFolder(folder) ? openAppFolder(join(app.path, folder)).files : [];
}

/**
 * The name of the script: `executableScriptName`, else the project's name with everything but
 * letters, digits and underscores turned to hyphens (sbt, Project.normalizeModuleID). Names that are
 * not plain text, and builds with several, do not tell.
 */
function executableName(text: string): string | undefined {
  const own = settings(text, 'executableScriptName');
  const names = own.length > 0 ? own : settings(text, 'name').map(normalized);
  const [name] = names;
  return names.length === 1 && /^[\w.-]+$/.test(name ?? '') ? name : undefined;
}

/** Values of `key := "…"`; an empty text for what is no plain string. */
function settings(text: string, key: string): string[] {
  const pattern = new RegExp(`(?<![\\w.])${key}\\s*:=\\s*(?:"([^"\\\\$\\n]*)")?`, 'g');
  return [...text.matchAll(pattern)].map(([, value = '']) => value);
}

function normalized(name: string): string {
  return name.toLowerCase().replaceAll(/\W+/g, '-');
}

/** A string, which may hold what looks like a comment, or a comment. */
const stringOrComment = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The text of Scala code with a blank in the place of each comment. */
export function withoutComments(text: string): string {
  return text.replaceAll(stringOrComment, (found) => (found.startsWith('/') ? ' ' : found));
}

function whyItReadsSource(text: string): string | undefined {
  if (otherBuilds.test(text)) return 'the build has other builds in it';
  return readsFiles.test(text) ? 'the build reads files when sbt loads it' : undefined;
}

/** Of `Credentials(…, sys.env("TOKEN"))`; a build without credentials has no secrets. */
function secretNames(text: string): string[] {
  if (!/\bCredentials\s*\(/.test(text)) return [];
  const reads = /\b(?:sys\.env|System\.getenv)(?:\.\w+)?\(\s*"(\w+)"/g;
  return [...new Set([...text.matchAll(reads)].map(([, name = '']) => name))];
}
