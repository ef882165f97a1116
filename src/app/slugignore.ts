import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { isMissing, unreadable } from './text-file.ts';

/** Where Heroku looks for it: at the root of the app's folder, and there alone. */
export const slugIgnoreName = '.slugignore';

/** A line of `.slugignore` that is neither blank nor a comment. */
export interface SlugIgnorePattern {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** What an app's `.slugignore` says, and what it means in the app's folder. */
export interface SlugIgnore {
  readonly patterns: readonly SlugIgnorePattern[];
  /**
   * What the patterns match, relative to the app's folder, without what is in a folder that they
   * match; sorted.
   */
  readonly paths: readonly string[];
}

/**
 * Reads an app's `.slugignore` as Heroku does, which deletes what it names before the build
 * (https://devcenter.heroku.com/articles/slug-compiler#ignoring-files-with-slugignore).
 * @returns `undefined` where there is none.
 * @throws DeployError where it is there and cannot be read.
 */
export function readSlugIgnore(folder: string): SlugIgnore | undefined {
  const text = readText(join(folder, slugIgnoreName));
  if (text === undefined) return undefined;
  const patterns = parseSlugIgnore(text);
  return { patterns, paths: findPaths(folder, patterns) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(slugIgnoreName, error);
  }
}

/** One pattern a line; a `#` begins a comment, wherever it stands, as for Heroku. */
export function parseSlugIgnore(text: string): SlugIgnorePattern[] {
  return text
    .split('\n')
    .map((line, index) => ({ text: line.replace(/#.*/s, '').trim(), line: index + 1 }))
    .filter((pattern) => pattern.text !== '');
}

function findPaths(folder: string, patterns: readonly SlugIgnorePattern[]): string[] {
  const globs = patterns.map(({ text }) => toGlob(text));
  const found = new Set(
    globSync(globs, { cwd: folder })
      .map((path) => posix.normalize(path).replace(/\/$/, ''))
      // A slug without any file is nobody's wish; what is outside the folder is not the app's.
      .filter((path) => path !== '.' && path !== '..' && !path.startsWith('../')),
  );
  return [...found].filter((path) => !parents(path).some((parent) => found.has(parent))).sort();
}

function parents(path: string): string[] {
  const names = path.split('/');
  return names.slice(1).map((_name, index) => names.slice(0, index + 1).join('/'));
}

/**
 * The pattern as a glob of Node.js. Heroku's slug compiler hands it to Ruby's Dir.glob, below the
 * app's root if it has a slash and at every depth if not
 * (https://github.com/heroku/slug-compiler/blob/master/lib/slug_compiler.rb, prune_slugignore).
 * Both globs let `*` and `**` pass by what begins with a dot. In Ruby's, a backslash takes the next
 * character as it is, `**` stands for folders only before a slash, and parentheses are nothing special.
 */
function toGlob(pattern: string): string {
  const glob = pattern
    .replaceAll(/\\(.)|\(/g, (_match, taken = '(') => (/[*?[(]/.test(taken) ? `[${taken}]` : taken))
    .replaceAll(/\*{2,}(?!\/)/g, '*');
  return pattern.includes('/') ? glob.replace(/^\/+/, '') : `**/${glob}`;
}
