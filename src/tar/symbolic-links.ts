/**
 * The symbolic links of an archive. What an archive has below one is written to where it leads: an
 * archive of a real folder has no such thing.
 */
export class SymbolicLinks {
  readonly #paths = new Set<string>();
  /** The folder that was looked at last: what lies in the same one comes together. */
  #lastFolder: string | undefined;

  /** @param path its parts apart by single slashes, without one at the end. */
  add(path: string): void {
    this.#paths.add(path);
    this.#lastFolder = undefined;
  }

  /** The link that `path` lies below; `undefined` where there is none up to now. */
  above(path: string): string | undefined {
    const folder = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    if (folder === this.#lastFolder || this.#paths.size === 0) return undefined;
    for (let end = folder.indexOf('/'); end >= 0; end = folder.indexOf('/', end + 1)) {
      if (this.#paths.has(folder.slice(0, end))) return folder.slice(0, end);
    }
    if (this.#paths.has(folder)) return folder;
    this.#lastFolder = folder;
    return undefined;
  }
}
