/** A runner kills a step 7.5 s after it told it to end; what is undone at the exit takes a moment. */
const cleanUpMilliseconds = 6_000;

/**
 * Ends the process some seconds after its run was cancelled, whatever hangs in its cleaning up. What
 * containers are left then, the post step removes.
 * @param tell says why, before that.
 */
export function endInTime(signal: AbortSignal, tell: (reason: unknown) => void): void {
  signal.addEventListener('abort', () => {
    const end = () => {
      tell(signal.reason);
      process.exit();
    };
    setTimeout(end, cleanUpMilliseconds).unref();
  });
}
