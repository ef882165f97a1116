import { DeployError, type SourceLocation } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** The file that describes an app built by Leiningen. */
export const projectName = 'project.clj';

/** What of a `project.clj` decides how the app is built. */
export interface Project {
  /** `:uberjar-name`: the file that has the app and all that it needs. */
  readonly uberjarName: string | undefined;
  /** `:target-path`, in which `%s` stands for the profiles in use: `target`. */
  readonly targetPath: string;
  /** `:min-lein-version`. */
  readonly minLeinVersion: string | undefined;
  /** Why Leiningen cannot read the file without the app, as a clause that follows "because". */
  readonly readsSource: string | undefined;
  /** Environment variables that a private repository's credentials come from. */
  readonly secrets: readonly string[];
  locationOf(keyword: string): SourceLocation;
}

/** A piece of Clojure's text: a string, a bracket, a keyword or another word. */
interface Token {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads the few facts that are plain strings, without evaluating the file.
 * @throws DeployError where there is no such file.
 */
export function readProject(app: AppFolder): Project {
  const text = app.read(projectName);
  if (text === undefined) {
    throw new DeployError(
      `${app.path} has no ${projectName}, which the template "clojure" builds from.`,
      'Add one with "lein new", or choose another template.',
    );
  }
  const tokens = tokensOf(text);
  return {
    uberjarName: stringAfter(tokens, ':uberjar-name'),
    targetPath: stringAfter(tokens, ':target-path') ?? 'target',
    minLeinVersion: stringAfter(tokens, ':min-lein-version'),
    readsSource: whyItReadsSource(tokens),
    secrets: secretNames(tokens),
    locationOf: (keyword) => {
      const line = tokens.find((token) => token.text === keyword)?.line;
      return line === undefined ? { file: projectName } : { file: projectName, line };
    },
  };
}

/**
 * A comment, a string, a character such as `\;` or `\newline`, a bracket, or anything else up to a
 * blank (https://clojure.org/reference/reader).
 */
const piece = /;[^\n]*|"(?:\\[\s\S]|[^"\\])*"|\\(?:\w+|[\s\S])|#_|[()[\]{}]|[^\s,;"()[\]{}\\]+/g;

function tokensOf(text: string): Token[] {
  let line = 1;
  let position = 0;
  return [...text.matchAll(piece)].flatMap((match) => {
    line += text.slice(position, match.index).split('\n').length - 1;
    position = match.index;
    return match[0].startsWith(';') ? [] : [{ text: match[0], line }];
  });
}

/** The string that is the value of a keyword; not of one that `#_` takes out. */
function stringAfter(tokens: readonly Token[], keyword: string): string | undefined {
  const at = tokens.findIndex(
    (token, index) => token.text === keyword && tokens[index - 1]?.text !== '#_',
  );
  const value = at === -1 ? undefined : tokens[at + 1]?.text;
  return value?.startsWith('"') ? unquoted(value) : undefined;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\([\s\S])/g, '$1');
}

/** Code in a `project.clj` runs where a tilde is before it (leiningen, doc/FAQ.md); some of it reads files. */
const readers =
  /^(slurp|load-file|clojure\.java\.(io\/(file|reader)|shell\/sh)|(io\/)?file|(shell\/)?sh)$/;

function whyItReadsSource(tokens: readonly Token[]): string | undefined {
  const has = (test: (text: string) => boolean) => tokens.some(({ text }) => test(text));
  if (has((text) => readers.test(text))) return `${projectName} reads other files`;
  if (has((text) => text.startsWith('"file:'))) return 'one of the repositories is part of the app';
  if (has((text) => text === ':sub' || text === ':parent-project')) {
    return 'the app has several projects';
  }
  return undefined;
}

/**
 * `LEIN_PASSWORD` for `:password :env`, `NEXUS_TOKEN` for `:password :env/nexus_token`
 * (leiningen, doc/DEPLOY.md, "Credentials in the Environment").
 */
function secretNames(tokens: readonly Token[]): string[] {
  const names = tokens.flatMap(({ text }, index) => {
    const key = /^:(username|password|passphrase)$/.exec(tokens[index - 1]?.text ?? '')?.[1];
    const [, name = key && `lein_${key}`] = /^:env(?:\/([\w-]+))?$/.exec(text) ?? [];
    return /^:env\b/.test(text) && name !== undefined ? [environmentName(name)] : [];
  });
  return [...new Set(names)];
}

function environmentName(keyword: string): string {
  return keyword.toUpperCase().replaceAll('-', '_');
}
