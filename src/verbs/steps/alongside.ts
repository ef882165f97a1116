/**
 * Runs `work` while something else goes on beside it. That is ended with the work, be it done or
 * failed, and waited for; how it went is for the work to ask.
 */
export async function alongside<Other, Result>(
  signal: AbortSignal,
  other: (signal: AbortSignal) => Promise<Other>,
  work: (other: Promise<Other>) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController();
  const going = other(AbortSignal.any([signal, ending.signal]));
  const ended = going.catch(() => {});
  try {
    return await work(going);
  } finally {
    ending.abort(new Error('What it went on beside has ended.'));
    await ended;
  }
}
