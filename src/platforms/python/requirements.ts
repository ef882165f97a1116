import { posix } from 'node:path';
import type { AppFolder } from '../platform.ts';

/** The file that pip installs from. */
export const requirementsName = 'requirements.txt';

/** What a requirements.txt leads to. */
export interface Requirements {
  /** Itself and the files of the app that it includes, relative to the app's folder. */
  readonly files: readonly string[];
  /** A requirement that is a folder or a file of the app, if there is one. */
  readonly local: { readonly file: string; readonly requirement: string } | undefined;
}

/** What one line of a requirements file asks for. */
export type RequirementLine =
  | { readonly kind: 'include'; readonly path: string }
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'remote' }
  | { readonly kind: 'option' };

/**
 * Reads an app's requirements.txt and what it includes, in pip's format
 * (https://pip.pypa.io/en/stable/reference/requirements-file-format/).
 */
export function readRequirements(app: AppFolder): Requirements {
  const files: string[] = [];
  let local: Requirements['local'];
  const queue = [requirementsName];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (files.includes(file) || !app.has(file)) continue;
    files.push(file);
    for (const line of parseRequirements(app.read(file) ?? '')) {
      if (line.kind === 'include') queue.push(posix.join(posix.dirname(file), line.path));
      if (line.kind === 'local') local ??= { file, requirement: line.path };
    }
  }
  return { files, local };
}

/** The lines of a requirements file that ask for something. */
export function parseRequirements(text: string): RequirementLine[] {
  return text
    .replaceAll(/\\\r?\n/g, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map(parseLine);
}

/** Options whose value is a file of the same format, a package, or a place to look for packages. */
const option =
  /^(?:(?<include>-r|-c|--requirement|--constraint)|-e|--editable|-f|--find-links)(?:\s*=\s*|\s*)(?<value>.+)$/;

function parseLine(line: string): RequirementLine {
  const { include, value } = option.exec(line)?.groups ?? {};
  if (value === undefined) return line.startsWith('-') ? { kind: 'option' } : placeOf(line);
  if (isAddress(value)) return { kind: 'remote' };
  return { kind: include === undefined ? 'local' : 'include', path: value };
}

/** A name with what may follow it: extras, versions, an address, a marker, options. */
const named = /^[A-Za-z0-9][\w.-]*\s*(?:$|[[(<>=!~;]|@\s*(?<address>\S+)|\s-)/;

function placeOf(requirement: string): RequirementLine {
  const found = named.exec(requirement);
  const isFile = found === null || /\.(whl|zip|tar\.gz)$/.test(requirement);
  const place = found?.groups?.['address'] ?? (isFile ? requirement : undefined);
  return place === undefined || isAddress(place)
    ? { kind: 'remote' }
    : { kind: 'local', path: place };
}

function isAddress(place: string): boolean {
  return /^[a-z][a-z+]*:\/\//i.test(place) && !/^file:/i.test(place);
}
