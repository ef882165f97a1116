import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { debianVersion, stackSuite } from './debian.ts';

/** What Heroku's archives are built for: their programs have this path compiled in. */
export const herokuPrefix = '/app/.heroku/php';

/** One of the files at Heroku. */
export const herokuRepository =
  'https://heroku-buildpack-php.s3.dualstack.us-east-1.amazonaws.com/dist-heroku-24-amd64-stable/packages.json';

/** Where Heroku has its archive of a program, below the mirror: with a folder for each stack, here for Debian 13. */
export function herokuArchive(name: string, version: string): string {
  return `dist-heroku-13-amd64-stable/${name}-${version}.tar.gz`;
}

/** Debian's version of a package, as its makers count: `8.4.11` of `8.4.11-1~deb13u1`. */
export function makersVersion(name: string): string {
  return debianVersion(stackSuite, name)
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '');
}

/** Copies a file or a folder, and makes the folder that it goes to. */
export function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

/** Writes a file, and makes the folder that it goes to. */
export function write(file: string, lines: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** Writes a program in the shell's language. */
export function writeProgram(file: string, lines: readonly string[]): void {
  write(file, ['#!/bin/sh', ...lines]);
  chmodSync(file, 0o755);
}

/** The folder that becomes an archive. */
export function archiveFolder(work: string): string {
  const folder = join(work, 'archive');
  mkdirSync(folder);
  return folder;
}
