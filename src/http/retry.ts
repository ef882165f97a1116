import { setTimeout as wait } from 'node:timers/promises';

/** How a call that failed is tried again. */
export interface RetryOptions {
  /** Whether this failure may be answered by the same call again; a number is the wait asked for, in milliseconds. */
  readonly repeatable: (error: unknown) => boolean | number;
  readonly signal: AbortSignal;
  /** Told before each further try. */
  readonly onRetry: (error: unknown, waitMilliseconds: number) => void;
  readonly sleep?: Sleep;
}

/** Waits that many milliseconds, or until the signal ends the run. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

const tries = 5;
const firstWaitMilliseconds = 1_000;
/** A server that asks for more is not waited for; Heroku's own Go client caps at 900 s, for no log to look at. */
const longestWaitMilliseconds = 120_000;

export const sleep: Sleep = async (milliseconds, signal) => {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted(); // The timer throws an error of its own, not the signal's reason.
    throw error;
  }
};

/**
 * Calls until it succeeds, at most five times, with exponential backoff and equal jitter: half of each
 * wait is fixed, so that trouble of some seconds is outlasted
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * @throws the last failure, or the signal's reason.
 */
export async function withRetry<Result>(
  call: () => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      options.signal.throwIfAborted();
      const asked = options.repeatable(error);
      const pause = typeof asked === 'number' ? asked : backoff(attempt);
      if (asked === false || attempt === tries || pause > longestWaitMilliseconds) throw error;
      options.onRetry(error, pause);
      await (options.sleep ?? sleep)(pause, options.signal);
    }
  }
}

function backoff(attempt: number): number {
  return ((1 + Math.random()) / 2) * firstWaitMilliseconds * 2 ** (attempt - 1);
}
