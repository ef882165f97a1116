import { stderr } from 'node:process';
import { SingleBar } from 'cli-progress';
import { filesize } from 'filesize';
import type { SourceLocation } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Reporter } from '../reporter.ts';
import { Secrets } from '../secrets.ts';

const progressEveryMilliseconds = 5_000;

/**
 * Tells a terminal or a log file, on standard error: standard output is for the results alone, so
 * that scripts can read them. Transfers are a bar on a terminal and a line now and then elsewhere.
 */
export class TerminalReporter implements Reporter {
  readonly #secrets = new Secrets();
  #bar: SingleBar | undefined;
  #nextProgress = 0;

  async phase<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    this.#write(`\n== ${title}`);
    try {
      const result = await work();
      this.#write(`   done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
      return result;
    } finally {
      this.#endBar();
    }
  }

  info(message: string): void {
    this.#write(message);
  }

  warning(message: string, location?: SourceLocation): void {
    this.#write(`Warning: ${place(location)}${message}`);
  }

  output(line: string): void {
    this.#write(`  ${line}`);
  }

  progress(label: string, doneBytes: number, totalBytes: number): void {
    if (stderr.isTTY) this.#drawBar(label, doneBytes, totalBytes);
    else this.#writeProgress(label, doneBytes, totalBytes);
  }

  secret(value: string): void {
    this.#secrets.add(value);
  }

  #writeProgress(label: string, doneBytes: number, totalBytes: number): void {
    const now = performance.now();
    if (doneBytes < totalBytes && now < this.#nextProgress) return;
    this.#nextProgress = now + progressEveryMilliseconds;
    this.#write(`${label}: ${filesize(doneBytes)} of ${filesize(totalBytes)}`);
  }

  #drawBar(label: string, doneBytes: number, totalBytes: number): void {
    this.#bar ??= startBar(label, totalBytes);
    this.#bar.update(doneBytes, { done: filesize(doneBytes), of: filesize(totalBytes) });
    if (doneBytes >= totalBytes) this.#endBar();
  }

  #endBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #write(text: string): void {
    this.#endBar(); // Else the text would stand in the middle of it; the next progress draws it anew.
    const shown = printable(this.#secrets.hide(text), { colours: stderr.isTTY });
    // A program in a container may have the terminal in raw mode, where a line feed is no more than that.
    const lineBreak = stderr.isTTY ? '\r\n' : '\n';
    stderr.write(`${shown}\n`.replaceAll(/\r?\n/g, lineBreak));
  }
}

function startBar(label: string, totalBytes: number): SingleBar {
  const bar = new SingleBar({
    format: `${label} {bar} {percentage} % ({done} of {of})`,
    stream: stderr,
    hideCursor: true,
  });
  bar.start(totalBytes, 0, { done: filesize(0), of: filesize(totalBytes) });
  return bar;
}

function place(location: SourceLocation | undefined): string {
  if (location === undefined) return '';
  return `${[location.file, location.line].filter((part) => part !== undefined).join(':')}: `;
}
