/** How much of a slug lies below one folder. */
export interface FolderSize {
  /** Relative to the app's root, without a slash at the end; `.` for files in the root itself. */
  readonly path: string;
  readonly files: number;
  /** Bytes before compression. */
  readonly bytes: number;
}

/** Folders whose children are dependencies, each of which is worth a line of its own. */
const dependencyFolders = new Set(['node_modules', 'site-packages', 'gems', 'vendor']);

/** Depth in folders at which what is no dependency is added up: `heroku/node`, `src/public`. */
const depth = 2;

/**
 * Adds file sizes up by folder: by dependency below the outermost folder of dependencies, by the
 * first two folders elsewhere, so that the largest of them say what to remove to make a slug
 * smaller.
 */
export class FolderSizes {
  readonly #folders = new Map<string, { files: number; bytes: number }>();
  #lastParent: string | undefined;
  #last = { files: 0, bytes: 0 };

  /** Takes in one file of `bytes` bytes, its path relative to the app's root. */
  add(path: string, bytes: number): void {
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    if (parent !== this.#lastParent) {
      this.#lastParent = parent;
      this.#last = this.#folder(groupOf(parent));
    }
    this.#last.files += 1;
    this.#last.bytes += bytes;
  }

  /** All groups, the largest first. */
  largestFirst(): FolderSize[] {
    return [...this.#folders]
      .map(([path, size]) => ({ path, ...size }))
      .sort((one, other) => other.bytes - one.bytes);
  }

  #folder(path: string) {
    const known = this.#folders.get(path);
    if (known) return known;
    const folder = { files: 0, bytes: 0 };
    this.#folders.set(path, folder);
    return folder;
  }
}

function groupOf(parent: string): string {
  if (parent === '') return '.';
  const names = parent.split('/');
  const outermost = names.findIndex((name) => dependencyFolders.has(name));
  if (outermost < 0) return names.slice(0, depth).join('/');
  const scoped = names[outermost + 1]?.startsWith('@') ? 1 : 0;
  return names.slice(0, outermost + 2 + scoped).join('/');
}
