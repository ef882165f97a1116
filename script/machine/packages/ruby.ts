import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newestOf } from './command.ts';
import { debianVersion, runUnpacked, stackSuite, unpackDebian } from './debian.ts';

/** The one Ruby that the stand-ins' Debian has. */
const program = 'ruby3.3';
const packages = [program, 'libruby3.3', 'ruby3.3-dev'];
/** What it and patchelf load. */
const libraries = [
  'libc6',
  'libcrypt1',
  'libgcc-s1',
  'libgmp10',
  'libssl3t64',
  'libstdc++6',
  'libyaml-0-2',
  'libzstd1',
  'zlib1g',
];

/** Below Ruby's folder: its library, what of it is compiled, and the folder of libruby. */
const libraryFolder = 'lib/ruby/3.3.0';
const compiledFolder = 'lib/x86_64-linux-gnu/ruby/3.3.0';
const librubyFolder = 'lib/x86_64-linux-gnu';
const libruby = 'libruby-3.3.so.3.3';

/** The newest version that begins so. */
export function debianRubyVersion(prefix: string): string {
  const [available = ''] = debianVersion(stackSuite, program).split('-');
  const version = newestOf([available], prefix);
  if (version === undefined) throw new Error(`Debian ${stackSuite} has Ruby ${available} alone`);
  return version;
}

/** Unpacks Debian's Ruby for {@link runRuby}, or for {@link moveRuby}. */
export function unpackRuby(root: string): void {
  unpackDebian(stackSuite, [...packages, ...libraries, 'patchelf'], root);
}

/** Runs a script with an unpacked Ruby, on this machine. */
export function runRuby(root: string, script: string, args: readonly string[]): void {
  const folders = [libraryFolder, compiledFolder].map((folder) => `-I${join(root, 'usr', folder)}`);
  runUnpacked(root, `usr/bin/${program}`, [...folders, script, ...args]);
}

/**
 * Moves an unpacked Ruby into a folder of its own, to run from the folder `home`. Heroku's is
 * compiled to find its library wherever it is. Debian's has the places written into libruby: others,
 * which take no more room, are written over them.
 */
export function moveRuby(root: string, folder: string, home: string): void {
  const parts = [
    `bin/${program}`,
    ...['bundle', 'bundler', 'erb', 'gem', 'irb', 'rake'].map((name) => `bin/${name}3.3`),
    'include',
    'lib/ruby/3.3.0',
    'lib/ruby/gems',
    compiledFolder,
    ...readdirSync(join(root, 'usr', librubyFolder))
      .filter((name) => name.startsWith('libruby'))
      .map((name) => join(librubyFolder, name)),
  ];
  for (const part of parts) {
    const target = join(folder, part.replace(/^(bin\/.*)3\.3$/, '$1'));
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(root, 'usr', part), target);
  }
  writePlaces(join(folder, librubyFolder, libruby), home);
  const origin = `$ORIGIN/../${librubyFolder}`;
  runUnpacked(root, 'usr/bin/patchelf', ['--set-rpath', origin, join(folder, 'bin/ruby')]);
  takeVersionsOff(folder);
}

function writePlaces(library: string, home: string): void {
  const content = readFileSync(library);
  const start = content.indexOf('/usr/local/lib/site_ruby/3.3.0\0');
  const end = content.indexOf('\0\0', start);
  const places = [libraryFolder, compiledFolder].map((place) => `${home}/${place}\0`).join('');
  if (start === -1 || places.length > end - start) throw new Error(`${library} has no room`);
  content.fill(0, start, end).write(places, start);
  writeFileSync(library, content);
}

/** Debian has the version in the names of the programs, and so in what names them. */
function takeVersionsOff(folder: string): void {
  for (const name of readdirSync(join(folder, 'bin'))) {
    if (name !== 'ruby') replaceIn(join(folder, 'bin', name), /^#!.*/g, '#!/usr/bin/env ruby');
  }
  replaceIn(
    join(folder, compiledFolder, 'rbconfig.rb'),
    /\(RUBY_BASE_NAME\)3\.3/g,
    '(RUBY_BASE_NAME)',
  );
}

function replaceIn(file: string, from: RegExp, to: string): void {
  writeFileSync(file, readFileSync(file, 'latin1').replaceAll(from, to), 'latin1');
}
