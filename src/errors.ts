/** A place in one of the app's own files, for an annotation the reader can click. */
export interface SourceLocation {
  /** Path as the user would write it, relative to the working directory of the run. */
  readonly file: string;
  /** Line number, counted from 1. */
  readonly line?: number;
}

/**
 * Everything that stops a run and that its user can mend: what happened in the message, how to
 * mend it in {@link DeployError.remedy}. Anything else that is thrown is a defect of this program.
 */
export class DeployError extends Error {
  override readonly name = 'DeployError';
  /** One sentence that says what to do next. */
  readonly remedy: string;
  readonly location: SourceLocation | undefined;
  /** What the process is to end with: that of a command of the user's, where it was to run one. */
  readonly exitCode: number;

  constructor(
    message: string,
    remedy: string,
    options: { cause?: unknown; location?: SourceLocation; exitCode?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.remedy = remedy;
    this.location = options.location;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The text of anything that was thrown, for use inside another message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
