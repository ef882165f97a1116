import { posix } from 'node:path';
import type { Dockerfile } from '../app/dockerfile.ts';
import type { Binary, SlugContents } from '../slug/contents.ts';
import { blamedStep } from './blame.ts';
import type { ImageDifference } from './image-difference.ts';
import { type Loss, listed } from './loss.ts';

/** Where libraries are looked for. */
export interface LibrarySearch {
  readonly contents: Pick<SlugContents, 'binaries' | 'libraries'>;
  readonly difference: Pick<
    ImageDifference,
    'added' | 'libraries' | 'packages' | 'loaderCache' | 'runLibraries'
  >;
  readonly dockerfile: Pick<Dockerfile, 'steps'>;
  /** LD_LIBRARY_PATH of the image, which the dyno has too. */
  readonly libraryPath: string;
  /** Name of the stack, for the messages. */
  readonly stack: string;
}

/** The kernel's, and loaders. */
const neverMissing = /^(?:linux-vdso|linux-gate|ld-linux|ld-musl)/;
/** A binary for another C library stands beside the one for this, and its package chooses. */
const otherLibc = /^libc\.musl-|^libc\.so$/;

/** Libraries that a program or library of the slug needs and that a dyno's loader does not find. */
export function missingLibraries(search: LibrarySearch): Loss[] {
  const missing = new Map<string, Binary[]>();
  const hidden = new Map<string, Binary[]>();
  for (const binary of search.contents.binaries) {
    if (binary.needed.some((name) => otherLibc.test(name))) continue;
    for (const name of binary.needed) {
      if (neverMissing.test(name) || name.includes('/') || isLoadable(search, binary, name))
        continue;
      // The libraries of an interpreter's modules may be loaded already when a module asks for them.
      if (!search.contents.libraries.has(name)) add(missing, name, binary);
      else if (binary.isProgram) add(hidden, name, binary);
    }
  }
  return [
    ...[...missing].sort(mostProgramsFirst).map((found) => missingLoss(search, ...found)),
    ...hiddenLosses(search, hidden),
  ];
}

function add(map: Map<string, Binary[]>, name: string, binary: Binary): void {
  const known = map.get(name);
  if (known) known.push(binary);
  else map.set(name, [binary]);
}

type Needed = readonly [name: string, by: readonly Binary[]];

function mostProgramsFirst([, one]: Needed, [, other]: Needed): number {
  const programs = (binaries: readonly Binary[]) =>
    binaries.filter((each) => each.isProgram).length;
  return programs(other) - programs(one) || other.length - one.length;
}

function isLoadable(search: LibrarySearch, binary: Binary, name: string): boolean {
  const { contents, difference, libraryPath } = search;
  if (difference.loaderCache.has(name)) return true;
  const inApp = contents.libraries.get(name) ?? [];
  const origin = posix.join('/app', posix.dirname(binary.path));
  return [...binary.searchPath, ...libraryPath.split(':')]
    .map((folder) => folder.replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, origin))
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => posix.join(folder, name))
    .some(
      (path) =>
        difference.runLibraries.has(path) || inApp.some((inside) => path === `/app/${inside}`),
    );
}

function missingLoss(search: LibrarySearch, name: string, by: readonly Binary[]): Loss {
  const { difference, dockerfile, stack } = search;
  const start = `${whoNeeds(name, by)}, is neither in /app nor on ${stack}.`;
  const inImage = difference.libraries.find(({ path }) => posix.basename(path) === name);
  if (inImage === undefined) {
    return {
      message: `${start} The image does not have it either: install it below /app (apt-get download and dpkg -x).`,
      line: undefined,
    };
  }
  const { path } = inImage;
  const owner = difference.packages.of(path);
  const folder = posix.dirname(path);
  const packages = owner === undefined ? [] : difference.packages.withThoseThatNeed(owner);
  const isAdded = difference.added.some((file) => file.path === path);
  const variable = variableWith(search, `/app${folder}`);
  const remedy =
    owner === undefined
      ? `The image has it in ${folder}, of no Debian package: install it below /app (make DESTDIR=/app install, or configure with --prefix=/app), with ${variable}.`
      : `The image has it in ${folder}, of the Debian package ${owner}: unpack that below /app (apt-get download ${owner} && dpkg -x ${owner}_*.deb /app), with ${variable}.`;
  return {
    message: `${start} ${remedy}`,
    line: isAdded ? blamedStep(dockerfile.steps, { path, packages })?.line : undefined,
  };
}

function whoNeeds(name: string, by: readonly Binary[]): string {
  const paths = [...by].sort((one, other) => Number(other.isProgram) - Number(one.isProgram));
  const who = listed(
    paths.map(({ path }) => path),
    1,
  );
  return `${name}, which ${who} need${by.length === 1 ? 's' : ''}`;
}

/** One for each folder that the loader does not know of. */
function hiddenLosses(
  search: LibrarySearch,
  hidden: ReadonlyMap<string, readonly Binary[]>,
): Loss[] {
  const names = [...hidden.keys()];
  const folderOf = (name: string) =>
    posix.join('/app', posix.dirname(search.contents.libraries.get(name)?.[0] ?? ''));
  return [...new Set(names.map(folderOf))].map((folder) => {
    const inFolder = names.filter((name) => folderOf(name) === folder);
    const programs = new Set(inFolder.flatMap((name) => hidden.get(name) ?? []));
    return {
      message: `${whoNeeds(listed(inFolder), [...programs])}, ${inFolder.length === 1 ? 'is' : 'are'} in ${folder}, where no loader looks: add ${variableWith(search, folder)} to the Dockerfile.`,
      line: undefined,
    };
  });
}

function variableWith({ libraryPath }: LibrarySearch, folder: string): string {
  return `ENV LD_LIBRARY_PATH=${folder}${libraryPath === '' ? '' : ':$LD_LIBRARY_PATH'}`;
}
