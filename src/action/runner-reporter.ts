import { posix } from 'node:path';
import * as core from '@actions/core';
import type { SourceLocation } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Phase, Reporter } from '../reporter.ts';
import { Secrets } from '../secrets.ts';

const progressEveryMilliseconds = 5_000;

/** Tells a runner's log: a group for each phase, annotations, masked secrets, a progress line now and then. */
export class RunnerReporter implements Reporter {
  readonly phases: Phase[] = [];
  /** The app's folder in the repository: locations are relative to it, annotations to the repository. */
  appFolder = '';
  readonly #secrets = new Secrets();
  #nextProgress = 0;

  async phase<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    const done = await core.group(this.#plain(title), work);
    this.phases.push({ title, milliseconds: performance.now() - started });
    return done;
  }

  info(message: string): void {
    this.#log(message);
  }

  warning(message: string, location?: SourceLocation): void {
    core.warning(this.#plain(message), this.#annotation(location));
  }

  /** What ended the run. */
  error(message: string, location?: SourceLocation): void {
    core.error(this.#plain(message), {
      title: 'heroku-docker-release',
      ...this.#annotation(location),
    });
  }

  output(line: string): void {
    this.#log(line);
  }

  progress(label: string, doneBytes: number, totalBytes: number): void {
    const now = performance.now();
    if (doneBytes < totalBytes && now < this.#nextProgress) return;
    this.#nextProgress = now + progressEveryMilliseconds;
    core.info(`${label}: ${Math.floor((100 * doneBytes) / Math.max(totalBytes, 1))} %`);
  }

  #annotation(location: SourceLocation | undefined): core.AnnotationProperties {
    if (location === undefined) return {};
    return {
      file: posix.join(this.appFolder, location.file),
      ...(location.line !== undefined && { startLine: location.line }),
    };
  }

  secret(value: string): void {
    for (const line of this.#secrets.add(value)) core.setSecret(line);
  }

  /** The text with `***` in the place of each secret. */
  hide(text: string): string {
    return this.#secrets.hide(text);
  }

  #log(text: string): void {
    const shown = printable(this.hide(text), { colours: true });
    core.info(shown.split('\n').map(harmless).join('\n'));
  }

  /** For annotations and titles, where colours are only codes. The runner does mask these, but whole. */
  #plain(text: string): string {
    return printable(this.hide(text), { colours: false });
  }
}

/**
 * Neither a child process nor a file of the app's must command the runner (ActionCommand.TryParseV2
 * and TryParse in actions/runner): no line may begin with `::` after what .NET takes for white space
 * or compares as nothing, and none may hold `##[`.
 */
function harmless(line: string): string {
  return line.replace(commandStart, '$1: :').replaceAll('##[', '## [');
}

/** U+0085 is white space there, unlike in `\s`; colours are what {@link printable} leaves of controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
const commandStart = /^((?:[\s\u0085\p{Default_Ignorable_Code_Point}]|\x1b\[[\d;:]*m)*)::/u;
