import type { SourceLocation } from '../../src/errors.ts';
import type { Reporter } from '../../src/reporter.ts';

/** Keeps everything that a user would have been told. */
export class RecordingReporter implements Reporter {
  readonly phases: string[] = [];
  readonly infos: string[] = [];
  readonly warnings: { message: string; location: SourceLocation | undefined }[] = [];
  readonly outputs: string[] = [];
  readonly transfers: { label: string; doneBytes: number; totalBytes: number }[] = [];
  readonly secrets: string[] = [];

  async phase<Result>(title: string, work: () => Promise<Result>): Promise<Result> {
    this.phases.push(title);
    return work();
  }

  info(message: string): void {
    this.infos.push(message);
  }

  warning(message: string, location?: SourceLocation): void {
    this.warnings.push({ message, location });
  }

  output(line: string): void {
    this.outputs.push(line);
  }

  progress(label: string, doneBytes: number, totalBytes: number): void {
    this.transfers.push({ label, doneBytes, totalBytes });
  }

  secret(value: string): void {
    this.secrets.push(value);
  }
}
