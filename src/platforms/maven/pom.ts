import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

export const pomName = 'pom.xml';

/** A pom in XML, and in the other languages that Maven has extensions for (heroku-buildpack-java, bin/detect). */
export const pomNames = [
  pomName,
  ...['atom', 'clj', 'groovy', 'rb', 'scala', 'yaml', 'yml'].map((suffix) => `pom.${suffix}`),
];

/** What of `pom.xml` decides how the app is built and run. */
export interface Pom {
  /** `jar` where it is not said. */
  readonly packaging: string;
  /** Group and artifact of every parent, dependency and plugin: `org.springframework.boot:spring-boot-starter-web`. */
  readonly artifacts: readonly string[];
  readonly hasModules: boolean;
  /** Paths of dependencies that are files. */
  readonly systemPaths: readonly string[];
  readonly repositoryUrls: readonly string[];
  /** Whether a profile is active only where a file is there, or is not. */
  readonly asksForFiles: boolean;
  /** Where the parent is, if the pom says; else empty. */
  readonly parentPath: string;
}

/**
 * Reads the app's `pom.xml`; `undefined` where it has none.
 * @throws DeployError where it is not XML.
 */
export function readPom(app: AppFolder): Pom | undefined {
  const text = app.read(pomName);
  if (text === undefined) return undefined;
  const checked = XMLValidator.validate(text);
  if (checked !== true) {
    throw new DeployError(
      `${pomName}, line ${checked.err.line} is not XML: ${checked.err.msg}`,
      'Mend the syntax there.',
      { location: { file: pomName, line: checked.err.line } },
    );
  }
  const parser = new XMLParser({ parseTagValue: false, processEntities: false });
  const document: unknown = parser.parse(text);
  const [project] = childrenOf(document, 'project');
  return {
    packaging: textOf(project, 'packaging') ?? 'jar',
    artifacts: elementsWith(project, 'groupId').map(
      (element) => `${textOf(element, 'groupId')}:${textOf(element, 'artifactId') ?? ''}`,
    ),
    hasModules: elementsWith(project, 'module').length > 0,
    systemPaths: elementsWith(project, 'systemPath').flatMap((element) =>
      allOf(element, 'systemPath'),
    ),
    repositoryUrls: [
      ...elementsWith(project, 'repository').flatMap((element) =>
        childrenOf(element, 'repository'),
      ),
      ...elementsWith(project, 'pluginRepository').flatMap((element) =>
        childrenOf(element, 'pluginRepository'),
      ),
    ].flatMap((repository) => allOf(repository, 'url')),
    asksForFiles: elementsWith(project, 'activation')
      .flatMap((profile) => childrenOf(profile, 'activation'))
      .some((activation) => childrenOf(activation, 'file').length > 0),
    parentPath:
      childrenOf(project, 'parent').flatMap((parent) => allOf(parent, 'relativePath'))[0] ?? '',
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The parser makes one child a value and several a list. */
function childrenOf(element: unknown, name: string): readonly unknown[] {
  if (!isObject(element) || element[name] === undefined) return [];
  return [element[name]].flat();
}

function allOf(element: unknown, name: string): string[] {
  return childrenOf(element, name).filter((child) => typeof child === 'string');
}

function textOf(element: unknown, name: string): string | undefined {
  return allOf(element, name)[0];
}

/** Every element, however deep, that has a child of that name. */
function elementsWith(element: unknown, name: string): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(element)) return element.flatMap((each) => elementsWith(each, name));
  if (!isObject(element)) return [];
  const below = Object.values(element).flatMap((child) => elementsWith(child, name));
  return element[name] === undefined ? below : [element, ...below];
}
