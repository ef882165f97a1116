import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { AppFolder } from '../platform.ts';
import { isBuiltByConstraint, isBuiltByName } from './build-constraint.ts';
import { type GoModule, moduleFile } from './module.ts';

/** A package that becomes a program. */
export interface MainPackage {
  /** How the build names it: `.`, `./cmd/web`, or the import path of a package of another module. */
  readonly pattern: string;
  /** The file that it becomes in `bin`. */
  readonly program: string;
}

/**
 * The packages to build: what the comment `// +heroku install` in go.mod names, else every
 * `package main` of the module, as Heroku's buildpack has it (heroku-buildpack-go, bin/compile).
 */
export function mainPackages(app: AppFolder, module: GoModule): MainPackage[] {
  const found = packagesOf(app).map((folder) => ownPackage(module, folder));
  if (module.herokuInstall.length === 0) return found;
  const named = module.herokuInstall.flatMap((pattern) => {
    const matching = found.filter((candidate) => matches(pattern, candidate, module));
    return matching.length > 0 || pattern.includes('...') ? matching : [namedPackage(pattern)];
  });
  return [...new Map(named.map((package_) => [package_.pattern, package_])).values()];
}

function ownPackage(module: GoModule, folder: string): MainPackage {
  return {
    pattern: folder === '.' ? '.' : `./${folder}`,
    program: programName(posix.join(module.path, folder)),
  };
}

/** A tool of another module, say, which Go finds by its import path. */
function namedPackage(pattern: string): MainPackage {
  return { pattern, program: programName(pattern) };
}

/**
 * The last part of the import path that is no major version: `example.com/shop/v2` becomes `shop`
 * (cmd/go/internal/load, DefaultExecName).
 */
function programName(importPath: string): string {
  const parts = importPath.split('/').filter((part) => part !== '.');
  const isMajorVersion = /^v([2-9]|[1-9]\d+)$/.test(parts.at(-1) ?? '');
  return parts.at(isMajorVersion && parts.length > 1 ? -2 : -1) ?? importPath;
}

/** Whether a pattern, in which `...` stands for anything, names the package by folder or import path. */
function matches(pattern: string, { pattern: own }: MainPackage, module: GoModule): boolean {
  const text = posix.join(pattern).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(
    `^${text.replace(/\/\\\.\\\.\\\.$/, '(/.*)?').replaceAll('\\.\\.\\.', '.*')}$`,
  );
  return [posix.join(own), posix.join('.', own), posix.join(module.path, own)].some((name) =>
    expression.test(name),
  );
}

/** Folders with a `package main` that is built for a dyno; `.` is the app's own. */
function packagesOf(app: AppFolder, folder = '.'): string[] {
  const entries = readdirSync(join(app.path, folder), { withFileTypes: true }).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const names = entries
    .filter((entry) => entry.isFile() && app.has(posix.join(folder, entry.name)))
    .map(({ name }) => name);
  if (folder !== '.' && names.includes(moduleFile)) return []; // Another module.
  const isMain = names
    .filter(isBuiltByName)
    .some((name) => isMainFile(join(app.path, folder, name)));
  const folders = entries
    .filter((entry) => entry.isDirectory() && isSearched(entry.name))
    .map(({ name }) => posix.join(folder, name))
    .filter((path) => app.hasFolder(path)); // Not one that .slugignore names.
  return [...(isMain ? [folder] : []), ...folders.flatMap((path) => packagesOf(app, path))];
}

/** Folders that `./...` leaves out (https://pkg.go.dev/cmd/go#hdr-Package_lists_and_patterns). */
function isSearched(name: string): boolean {
  return !/^[._]|^(testdata|vendor|node_modules)$/.test(name);
}

function isMainFile(path: string): boolean {
  const text = readFileSync(path, 'utf8');
  const comments = leadingComments(text);
  return /^package\s+main\b/.test(text.slice(comments.length)) && isBuiltByConstraint(comments);
}

/** Blank space and comments at the beginning of a Go file. */
function leadingComments(text: string): string {
  const part = /\s+|\/\/.*|\/\*[\s\S]*?\*\//y;
  let end = 0;
  while (part.test(text)) end = part.lastIndex;
  return text.slice(0, end);
}
