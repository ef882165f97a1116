import ignore from 'ignore';

/** What one pattern kept out of a slug. */
export interface Excluded {
  /** The pattern as it was given. */
  readonly pattern: string;
  /** Files, symbolic links and hard links; folders are not counted. */
  readonly files: number;
  /** Bytes of the files' content. */
  readonly bytes: number;
}

/**
 * Decides what a slug leaves out, by `.gitignore` patterns: one without a slash matches at any
 * depth (as the `--exclude` of the original plugin's tar), one with a slash is held against the
 * app's root, and a folder that matches takes all its content with it. Upper and lower case
 * differ, as they do on a dyno.
 */
export class Exclusion {
  readonly #patterns;
  readonly #counts = new Map<string, { files: number; bytes: number }>();

  constructor(patterns: readonly string[]) {
    this.#patterns = ignore({ ignorecase: false }).add(patterns);
  }

  /**
   * The pattern that leaves `path` out, if any does.
   * @param path relative to the app's root; a folder's ends in a slash.
   */
  patternFor(path: string): string | undefined {
    return this.#patterns.test(path).rule?.pattern;
  }

  /** Takes a file of `bytes` bytes that `pattern` left out into the count. */
  count(pattern: string, bytes: number): void {
    const counted = this.#counts.get(pattern) ?? { files: 0, bytes: 0 };
    counted.files += 1;
    counted.bytes += bytes;
    this.#counts.set(pattern, counted);
  }

  /** What was left out up to now, most bytes first; patterns that met no file are not listed. */
  summary(): Excluded[] {
    return [...this.#counts]
      .map(([pattern, counted]) => ({ pattern, ...counted }))
      .sort((one, other) => other.bytes - one.bytes);
  }
}
