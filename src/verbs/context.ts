import type { Reporter } from '../reporter.ts';
import type { Settings } from '../settings/settings.ts';

/** What every verb is given by the door it is called through. */
export interface Context {
  readonly settings: Settings;
  readonly reporter: Reporter;
  /** Aborted when the run is cancelled, with the error to end it with as its reason. */
  readonly signal: AbortSignal;
  /** The process's environment, for what a continuous integration system says in it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
