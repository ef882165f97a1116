const mask = '***';

/** What no log may show, wherever it turns up. */
export class Secrets {
  /** The longest first: one may be the beginning of another. */
  #lines: string[] = [];

  /**
   * Adds a value: each line of it, since logs come line by line. Blank lines are none.
   * @returns those that were not known.
   */
  add(value: string): string[] {
    const lines = value.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
    const added = [...new Set(lines)].filter((line) => !this.#lines.includes(line));
    this.#lines = [...this.#lines, ...added].sort((one, other) => other.length - one.length);
    return added;
  }

  /** The text with `***` in the place of each. */
  hide(text: string): string {
    let hidden = text;
    for (const line of this.#lines) hidden = hidden.replaceAll(line, mask);
    return hidden;
  }
}
