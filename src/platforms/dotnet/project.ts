import { posix } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { DeployError, messageOf } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** What a project is built to; a library runs nowhere by itself. */
export type ProjectKind = 'web' | 'worker' | 'console' | 'library';

/** What of a project file decides how the app is built and run. */
export interface Project {
  /** Of the project file or the C# file, relative to the app's folder. */
  readonly path: string;
  readonly kind: ProjectKind;
  /** The program's name. */
  readonly assembly: string;
  /** `net10.0`; `undefined` where neither the project nor a file that it takes in names one. */
  readonly framework: string | undefined;
  /** Whether the program brings its own runtime. */
  readonly isSelfContained: boolean;
  /** Projects that it refers to, relative to the app's folder. */
  readonly references: readonly string[];
  /** Whether it takes in files that only it knows of. */
  readonly hasImports: boolean;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) =>
    ['PropertyGroup', 'ItemGroup', 'ProjectReference', 'Import', 'Project', 'Folder'].includes(
      name,
    ),
});

type Element = Readonly<Record<string, unknown>>;

/**
 * Reads a project file: `.csproj`, `.fsproj` or `.vbproj`.
 * @throws DeployError where there is none, or it is no XML.
 */
export function readProject(app: AppFolder, path: string): Project {
  const root = readRoot(app, path, 'Project');
  const property = (name: string) => lastProperty(root, name) ?? inheritedProperty(app, path, name);
  const folder = posix.dirname(path);
  const references = elements(root, 'ItemGroup').flatMap((group) =>
    elements(group, 'ProjectReference'),
  );
  const [sdk] = elements(root, 'Sdk');
  return {
    path,
    kind: kindOf(text(root['@Sdk']) ?? text(sdk?.['@Name']), property('OutputType')),
    assembly: property('AssemblyName')?.trim() || posix.parse(path).name,
    framework: property('TargetFramework') ?? property('TargetFrameworks')?.split(';')[0],
    isSelfContained: ['SelfContained', 'PublishSelfContained', 'PublishAot'].some(
      (name) => property(name)?.toLowerCase() === 'true',
    ),
    references: references
      .map((reference) => text(reference['@Include']) ?? '')
      .map((include) => posix.join(folder, include.replaceAll('\\', '/'))),
    hasImports: elements(root, 'Import').length > 0,
  };
}

/**
 * Reads an app that is one C# file, whose first lines say what a project file would
 * (https://learn.microsoft.com/dotnet/core/sdk/file-based-apps).
 */
export function readSingleFile(app: AppFolder, path: string): Project {
  const source = app.read(path) ?? '';
  const [, sdk] = /^\s*#:sdk\s+([^\s@]+)/m.exec(source) ?? [];
  const [, framework] = /^\s*#:property\s+TargetFramework\s*=\s*(\S+)/m.exec(source) ?? [];
  return {
    path,
    kind: kindOf(sdk ?? 'Microsoft.NET.Sdk', 'Exe'),
    assembly: posix.parse(path).name,
    framework: framework ?? 'net10.0',
    isSelfContained: !/^\s*#:property\s+PublishAot\s*=\s*false/im.test(source),
    references: [],
    hasImports: true,
  };
}

/** The projects of a solution file, relative to the app's folder. */
export function projectsOf(app: AppFolder, solution: string): string[] {
  const paths = solution.endsWith('.slnx')
    ? allProjects(readRoot(app, solution, 'Solution'))
    : [...(app.read(solution) ?? '').matchAll(projectLine)].map(([, path = '']) => path);
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(cs|fs|vb)proj$/.test(path));
}

const projectLine = /^\s*Project\("\{[^}]+\}"\) = "[^"]*", "([^"]+)", "\{[^}]+\}"/gm;

function allProjects(element: Element): string[] {
  return [
    ...elements(element, 'Project').map((project) => text(project['@Path']) ?? ''),
    ...elements(element, 'Folder').flatMap(allProjects),
  ];
}

function kindOf(sdk: string | undefined, outputType: string | undefined): ProjectKind {
  switch (sdk?.split('/')[0]) {
    case 'Microsoft.NET.Sdk.Web':
    case 'Microsoft.NET.Sdk.Razor':
      return outputType === 'Library' ? 'library' : 'web';
    case 'Microsoft.NET.Sdk.Worker':
      return 'worker';
    case 'Microsoft.NET.Sdk':
      return outputType?.toLowerCase() === 'exe' ? 'console' : 'library';
    default:
      return 'library';
  }
}

function lastProperty(root: Element, name: string): string | undefined {
  return elements(root, 'PropertyGroup')
    .map((group) => text(group[name]))
    .findLast((value) => value !== undefined);
}

/** Of the closest Directory.Build.props, which MSBuild takes in before the project itself. */
function inheritedProperty(app: AppFolder, path: string, name: string): string | undefined {
  const file = foldersUp(path)
    .map((folder) => posix.join(folder, 'Directory.Build.props'))
    .find((candidate) => app.has(candidate));
  return file === undefined ? undefined : lastProperty(readRoot(app, file, 'Project'), name);
}

/** The folder of a file and those around it, up to the app's. */
export function foldersUp(path: string): string[] {
  const parts = posix.dirname(path).split('/');
  const inside = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
  return [...new Set([...inside, '.'])];
}

function readRoot(app: AppFolder, path: string, name: string): Element {
  const source = app.read(path);
  if (source === undefined) {
    throw new DeployError(
      `There is no ${path}, which the app's solution or a project names.`,
      'Mend the path there, or commit the file.',
    );
  }
  let parsed: Element;
  try {
    parsed = parser.parse(source, true) as Element;
  } catch (error) {
    throw new DeployError(`${path} is no XML: ${messageOf(error)}`, 'Mend the syntax there.', {
      cause: error,
      location: { file: path },
    });
  }
  return elements(parsed, name)[0] ?? {};
}

/** The elements of a name inside another; one that holds nothing but text is no element here. */
function elements(element: Element, name: string): Element[] {
  return [element[name]]
    .flat()
    .filter((each): each is Element => typeof each === 'object' && each !== null);
}

function text(value: unknown): string | undefined {
  if (Array.isArray(value)) return text(value.at(-1));
  if (typeof value === 'object' && value !== null) return text((value as Element)['#text']);
  return typeof value === 'string' ? value : undefined;
}
