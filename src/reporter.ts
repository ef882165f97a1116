import type { SourceLocation } from './errors.ts';

/** One step of a run, for the summary. */
export interface Phase {
  readonly title: string;
  readonly milliseconds: number;
}

/**
 * What a verb tells its user while it works. The doors decide how it looks: log groups and
 * annotations on a runner, plain lines and a progress bar on a terminal.
 */
export interface Reporter {
  /** Runs one step of the work under a title, and keeps its time for the summary. */
  phase<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
  /** A line of the log. */
  info(message: string): void;
  /** Something that does not stop the run but that its user should look at. */
  warning(message: string, location?: SourceLocation): void;
  /** A line of a child process's output, as it came. */
  output(line: string): void;
  /** How far a long transfer is, in bytes; drawn by the door as often as it sees fit. */
  progress(label: string, doneBytes: number, totalBytes: number): void;
  /** Never to be shown from here on, wherever it turns up. */
  secret(value: string): void;
}
