import { posix } from 'node:path';
import * as core from '@actions/core';
import type { SourceLocation } from '../errors.ts';
import type { Phase, Reporter } from '../reporter.ts';

const progressEveryMilliseconds = 5_000;

/** Tells a runner's log: a group for each phase, annotations, masked secrets, a progress line now and then. */
export class RunnerReporter implements Reporter {
  readonly phases: Phase[] = [];
  /** The app's folder in the repository: locations are relative to it, annotations to the repository. */
  appFolder = '';
  #nextProgress = 0;

  async phase<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    const done = await core.group(title, work);
    this.phases.push({ title, milliseconds: performance.now() - started });
    return done;
  }

  info(message: string): void {
    core.info(harmless(message));
  }

  warning(message: string, location?: SourceLocation): void {
    core.warning(message, this.#annotation(location));
  }

  /** What ended the run. */
  error(message: string, location?: SourceLocation): void {
    core.error(message, { title: 'heroku-docker-release', ...this.#annotation(location) });
  }

  output(line: string): void {
    core.info(harmless(line));
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
    // The runner masks line by line, so a value of several lines is masked as such.
    for (const line of value.split(/\r?\n/)) if (line.trim() !== '') core.setSecret(line);
  }
}

/**
 * Neither a child process nor a file of the app's must command the runner: no line may begin like a
 * workflow command. The runner takes .NET's white space off first, which has U+0085 (unlike `\s`).
 */
function harmless(text: string): string {
  return text.replaceAll(/^([\s\u0085]*)::/gm, '$1: :').replaceAll('##[', '## [');
}
