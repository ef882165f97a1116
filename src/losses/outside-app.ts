import { posix } from 'node:path';
import { filesize } from 'filesize';
import type { Dockerfile } from '../app/dockerfile.ts';
import type { ProcessTypes } from '../app/procfile.ts';
import { printableName } from '../printable.ts';
import { FolderSizes } from '../slug/folder-sizes.ts';
import { blamedStep } from './blame.ts';
import type { ImageDifference, ImageFile } from './image-difference.ts';
import { type Loss, listed } from './loss.ts';

const shownFolders = 10;
const shownPrograms = 20;

/** A program that the Dockerfile put outside `/app`, and that a dyno has nowhere. */
export interface LostProgram {
  /** Absolute. */
  readonly path: string;
  /** The Dockerfile's line that brought it; `undefined` where none is known. */
  readonly line: number | undefined;
}

/** Programs in the usual folders: those that a command names without a path. */
export function lostPrograms(
  { added, packages, commands }: Pick<ImageDifference, 'added' | 'packages' | 'commands'>,
  { steps }: Pick<Dockerfile, 'steps'>,
): LostProgram[] {
  return added
    .filter(({ path, isExecutable }) => isExecutable && /\/s?bin\/[^/]+$/.test(path))
    .map(({ path }) => path)
    .filter((path) => !commands.has(posix.basename(path)))
    .sort()
    .map((path) => {
      const owner = packages.of(path);
      const possible = owner === undefined ? [] : packages.withThoseThatNeed(owner);
      return { path, line: blamedStep(steps, { path, packages: possible })?.line };
    });
}

/** Lines that say what the image has outside `/app` beside its stack image; none where it has nothing. */
export function describeOutsideApp(
  added: readonly ImageFile[],
  programs: readonly LostProgram[],
): string[] {
  if (added.length === 0) return [];
  const sizes = new FolderSizes();
  for (const { path, bytes } of added) sizes.add(path.slice(1), bytes);
  const folders = sizes.largestFirst();
  const bytes = folders.reduce((sum, folder) => sum + folder.bytes, 0);
  const shown = folders.slice(0, shownFolders);
  return [
    `Outside /app, and so not on the dyno: ${added.length} ${added.length === 1 ? 'file' : 'files'}, ${filesize(bytes)}`,
    ...shown.map(
      (folder) =>
        `  ${filesize(folder.bytes).padStart(10)}  ${printableName(posix.join('/', folder.path))}`,
    ),
    ...(programs.length === 0 ? [] : [`Programs among that: ${describePrograms(programs)}`]),
  ];
}

/** `gm in /usr/bin (line 7), a, b and 3 more in /opt/x/bin`. */
function describePrograms(programs: readonly LostProgram[]): string {
  const places = new Map<string, string[]>();
  for (const { path, line } of programs) {
    const place = `${posix.dirname(path)}${line === undefined ? '' : ` (line ${line})`}`;
    places.set(place, [...(places.get(place) ?? []), posix.basename(path)]);
  }
  return [...places]
    .map(([place, names]) => `${listed(names, shownPrograms)} in ${place}`)
    .join('; ');
}

/** The programs that a process type starts, and that its dyno has not. */
export function lostCommandPrograms(
  processTypes: ProcessTypes,
  programs: readonly LostProgram[],
): Loss[] {
  return programs.flatMap(({ path, line }) => {
    const names = Object.entries(processTypes)
      .filter(([, command]) => programsOf(command).some((word) => isProgram(word, path)))
      .map(([name]) => name);
    if (names.length === 0) return [];
    const folder = posix.dirname(path);
    const who = `${listed(names, 3)} start${names.length === 1 ? 's' : ''}`;
    return {
      message: `${posix.basename(path)}, which ${who}, is in ${folder} and so not on the dyno: install it below /app, with ENV PATH=/app${folder}:$PATH.`,
      line,
    };
  });
}

/** First words of a command line's commands, but for what sets a variable or starts another program. */
function programsOf(command: string): string[] {
  return command.split(/&&|\|\||[;|&]/).flatMap((part) => {
    const words = part.trim().split(/\s+/);
    return words.find((word) => !/^(?:\w+=.*|exec|env|nice|time|\()$/.test(word)) ?? [];
  });
}

function isProgram(word: string, path: string): boolean {
  return word.includes('/') ? word === path : word === posix.basename(path);
}
