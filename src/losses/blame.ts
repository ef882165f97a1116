import { posix } from 'node:path';
import type { Step } from '../app/dockerfile.ts';

/** A file of the image, for a search after the instruction that brought it there. */
export interface InstalledFile {
  /** Absolute. */
  readonly path: string;
  /** The Debian package that it is of, and then those that need that package; empty where it is of none. */
  readonly packages: readonly string[];
}

/**
 * The instruction that most likely put a file there: the RUN that installs its package, or one that
 * needs it; the COPY or ADD to that place; the RUN that names it; the RUN that installs what was
 * built from source.
 */
export function blamedStep(steps: readonly Step[], file: InstalledFile): Step | undefined {
  return (
    installing(steps, file) ?? copying(steps, file) ?? naming(steps, file) ?? building(steps, file)
  );
}

const packageManager = /\b(?:apt|apt-get|aptitude|dpkg)\s/;

function installing(steps: readonly Step[], { packages }: InstalledFile): Step | undefined {
  const candidates = steps.filter(
    ({ keyword, text }) => keyword === 'RUN' && packageManager.test(text),
  );
  const named = candidates.map((step) => ({ step, names: packageNames(step.text) }));
  for (const name of packages) {
    const found = named.find(({ names }) => names.has(name));
    if (found !== undefined) return found.step;
  }
  return undefined;
}

/** All words that may be a package: `libgd3`, `libgd3:amd64`, `libgd3=2.3-1`, `/tmp/libgd3_2.3-1_amd64.deb`. */
function packageNames(text: string): ReadonlySet<string> {
  return new Set(
    text.split(/[\s"'`;&|()\\]+/).map((word) => posix.basename(word).replace(/[:=_].*$/, '')),
  );
}

/** COPY and ADD to the file's folder, to one above it, or to the file itself; the last one wins. */
function copying(steps: readonly Step[], { path }: InstalledFile): Step | undefined {
  return steps.findLast(({ keyword, text }) => {
    if (keyword !== 'COPY' && keyword !== 'ADD') return false;
    const target = lastWord(text).replace(/\/+$/, '');
    return target.startsWith('/') && (path === target || path.startsWith(`${target}/`));
  });
}

function lastWord(text: string): string {
  return /([^\s"[\],]+)["\s\]]*$/.exec(text)?.[1] ?? '';
}

function naming(steps: readonly Step[], { path }: InstalledFile): Step | undefined {
  return steps.findLast(({ keyword, text }) => keyword === 'RUN' && text.includes(path));
}

const installsBuilt =
  /\b(?:make|gmake|ninja|meson|cmake|scons|cargo|pip3?|npm|gem)\b[^\n;&|]*\s(?:--)?install\b/;
const aimedAtApp =
  /(?:DESTDIR|PREFIX|prefix|--destdir|--root|--target|INSTALL_ROOT)[=\s]["']?\/app\b/;

/** `make install` and the like that is not aimed at `/app`: one that speaks of the file, else the last. */
function building(steps: readonly Step[], { path }: InstalledFile): Step | undefined {
  const candidates = steps.filter(
    ({ keyword, text }) => keyword === 'RUN' && installsBuilt.test(text) && !aimedAtApp.test(text),
  );
  const stem = posix
    .basename(path)
    .replace(/^lib|\.so\b.*$/g, '')
    .toLowerCase();
  return candidates.find(({ text }) => text.toLowerCase().includes(stem)) ?? candidates.at(-1);
}
