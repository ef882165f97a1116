import type { SourceLocation } from './errors.ts';
import type { Reporter } from './reporter.ts';

/**
 * Tells of one of several things that go on at once: each line begins with its name, and a phase is
 * a line instead of a group, since groups that overlap cannot be told apart.
 */
export class PrefixedReporter implements Reporter {
  readonly #reporter: Reporter;
  readonly #prefix: string;

  constructor(reporter: Reporter, name: string) {
    this.#reporter = reporter;
    this.#prefix = `${name}: `;
  }

  async phase<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    this.info(title);
    return work();
  }

  info(message: string): void {
    this.#reporter.info(this.#prefixed(message));
  }

  warning(message: string, location?: SourceLocation): void {
    this.#reporter.warning(this.#prefixed(message), location);
  }

  output(line: string): void {
    this.#reporter.output(this.#prefixed(line));
  }

  progress(label: string, doneBytes: number, totalBytes: number): void {
    this.#reporter.progress(this.#prefixed(label), doneBytes, totalBytes);
  }

  secret(value: string): void {
    this.#reporter.secret(value);
  }

  #prefixed(text: string): string {
    return text.replaceAll(/^/gm, this.#prefix);
  }
}
