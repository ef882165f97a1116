import type { Reporter } from '../reporter.ts';
import type { Settings } from '../settings/settings.ts';
import type { Report } from './report.ts';

/** The standard streams that a program was called with. */
export interface Terminal {
  /** Whether a person sits at it: standard input and output are a terminal. */
  readonly isInteractive: boolean;
}

/** What every verb is given by the door it is called through. */
export interface Context {
  readonly settings: Settings;
  readonly reporter: Reporter;
  /** Where a verb leaves what it has found out and made. */
  readonly report: Report;
  /** Aborted when the run is cancelled, with the error to end it with as its reason. */
  readonly signal: AbortSignal;
  /**
   * Where commands in containers may have this process's standard streams for their own; absent on
   * a runner, which gets their output line by line.
   */
  readonly terminal?: Terminal;
  /** The process's environment, for what a continuous integration system says in it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
