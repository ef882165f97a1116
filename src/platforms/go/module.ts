import { DeployError, type SourceLocation } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** The file that describes a Go module. */
export const moduleFile = 'go.mod';

/** Something that go.mod says, and the line that says it. */
export interface Statement {
  readonly value: string;
  readonly location: SourceLocation;
}

/** What of a go.mod decides how the app is built. */
export interface GoModule {
  /** Its import path: `example.com/shop/v2`. */
  readonly path: string;
  /** `1.25` or `1.25.3`, of the line `go`. */
  readonly go: Statement | undefined;
  /** `1.26.1`, of the line `toolchain`. */
  readonly toolchain: Statement | undefined;
  /** `1.25`, of Heroku's comment `// +heroku goVersion`. */
  readonly herokuVersion: Statement | undefined;
  /** Package patterns, of Heroku's comment `// +heroku install`. */
  readonly herokuInstall: readonly string[];
  /** Folders that take the place of a module, as `replace` has them. */
  readonly localReplacements: readonly Statement[];
}

/**
 * Reads the app's go.mod (https://go.dev/ref/mod#go-mod-file).
 * @throws DeployError where there is none, or it names no module.
 */
export function readModule(app: AppFolder): GoModule {
  const text = app.read(moduleFile);
  if (text === undefined) {
    throw new DeployError(
      `${app.path} has no ${moduleFile}, which the template "go" builds from.`,
      'Add one with "go mod init", or choose another template.',
    );
  }
  const module = parseModule(text);
  if (module.path === '') {
    throw new DeployError(
      `${moduleFile} names no module.`,
      'Begin it with "module" and the import path, as "go mod init" does.',
      { location: { file: moduleFile, line: 1 } },
    );
  }
  return module;
}

/**
 * Reads the text of a go.mod, of which every line is a statement of its own. Lines that mean
 * nothing here are passed over: Go itself says what is wrong with them.
 */
export function parseModule(text: string, file: string = moduleFile): GoModule {
  const statements = readStatements(text, file);
  const first = (verb: string) => statements.find((statement) => statement.verb === verb);
  return {
    path: first('module')?.words[0] ?? '',
    go: versionOf(first('go')),
    toolchain: versionOf(first('toolchain')),
    herokuVersion: versionOf(first('// +heroku goVersion')),
    herokuInstall: first('// +heroku install')?.words ?? [],
    localReplacements: statements.filter(({ verb }) => verb === 'replace').flatMap(localFolder),
  };
}

/** The folders that a go.work has as modules, and what its `replace` lines name. */
export function parseWorkspace(text: string, file: string): readonly Statement[] {
  return readStatements(text, file)
    .filter(({ verb }) => verb === 'use')
    .flatMap(({ words: [value], location }) => (value ? [{ value, location }] : []));
}

interface Words {
  /** `require`, also for a line of a block. */
  readonly verb: string;
  readonly words: readonly string[];
  readonly location: SourceLocation;
}

function readStatements(text: string, file: string): Words[] {
  let block: string | undefined; // The verb of the lines between parentheses.
  return text.split(/\r?\n/).flatMap((line, index) => {
    const words = split(withoutComment(line));
    const opens = block === undefined && words[1] === '(';
    const closes = block !== undefined && words[0] === ')';
    if (opens || closes) {
      block = opens ? words[0] : undefined;
      return [];
    }
    const all = block === undefined ? words : [block, ...words];
    const [verb, ...rest] = words.length === 0 ? herokuComment(line) : all;
    return verb === undefined ? [] : [{ verb, words: rest, location: { file, line: index + 1 } }];
  });
}

function withoutComment(line: string): string {
  return line.replace(/\/\/.*/, '');
}

/** `// +heroku install ./cmd/web` in words, of which the first are one. */
function herokuComment(line: string): string[] {
  const [, name, words = ''] = /^\s*\/\/ *\+heroku +(\w+) +(.*)$/.exec(line) ?? [];
  return name === undefined ? [] : [`// +heroku ${name}`, ...split(words)];
}

/** Words may be in quotation marks of either kind. */
function split(text: string): string[] {
  return (text.match(/"[^"]*"|`[^`]*`|[^\s"`]+/g) ?? []).map((word) =>
    word.replace(/^["`](.*)["`]$/, '$1'),
  );
}

/** `go1.25`, as Heroku's comment and the line `toolchain` have it, and `1.25` are the same. */
function versionOf(statement: Words | undefined): Statement | undefined {
  const [word] = statement?.words ?? [];
  if (statement === undefined || word === undefined) return undefined;
  return { value: word.replace(/^go(?=\d)/, ''), location: statement.location };
}

/** `replace example.com/a => ../a`: a path with a dot in front is a folder (https://go.dev/ref/mod#go-mod-file-replace). */
function localFolder({ words, location }: Words): Statement[] {
  const value = words[words.indexOf('=>') + 1] ?? '';
  return /^(\.{1,2}(\/|$)|\/)/.test(value) ? [{ value, location }] : [];
}
