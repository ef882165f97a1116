/** What the package database of a Debian or Ubuntu image knows. */
export class DebianPackages {
  readonly #ofFile = new Map<string, string>();
  readonly #neededBy = new Map<string, string[]>();

  /**
   * @param files lines `<folder>/<package>.list:<file>`, as grep finds them in the packages' lists.
   * @param dependencies lines of the database: `Package: x`, `Depends: y (>= 1), z | w`.
   */
  constructor(files: string, dependencies: string) {
    for (const [, name = '', path = ''] of files.matchAll(
      /^[^:\n]*\/([^/:\n]+)(?::\w+)?\.list:(.*)$/gm,
    )) {
      this.#ofFile.set(withoutUsr(path), name);
    }
    let needing = '';
    for (const [, field, value = ''] of dependencies.matchAll(/^([\w-]+): (.*)$/gm)) {
      if (field === 'Package') needing = value;
      else for (const name of namesIn(value)) this.#addNeed(name, needing);
    }
  }

  /** The package that a file is of; `undefined` where it was installed without one. */
  of(path: string): string | undefined {
    return this.#ofFile.get(withoutUsr(path));
  }

  /** A package, then those that need it, the nearest first: one of them was asked for. */
  withThoseThatNeed(name: string): string[] {
    const found = new Set([name]);
    for (const known of found)
      for (const needing of this.#neededBy.get(known) ?? []) found.add(needing);
    return [...found];
  }

  #addNeed(name: string, needing: string): void {
    const known = this.#neededBy.get(name);
    if (known) known.push(needing);
    else this.#neededBy.set(name, [needing]);
  }
}

/** Where `/lib` is a link to `/usr/lib`, the lists may have either. */
function withoutUsr(path: string): string {
  return path.replace(/^\/usr(?=\/)/, '');
}

/** `libc6 (>= 2.38), libgd3:any | libgd2` has three. */
function namesIn(dependencies: string): string[] {
  return dependencies.split(/[,|]/).map((dependency) => dependency.trim().replace(/[\s:(].*$/, ''));
}
