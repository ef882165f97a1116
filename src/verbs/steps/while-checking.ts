import type { Context } from '../context.ts';

/**
 * Builds something while checks of it are under way. Whichever of the two fails first ends the
 * other, so that a wrong token does not wait for a build.
 * @throws what failed first; the build has cleaned up after itself by then.
 */
export async function whileChecking<Checked, Built>(
  context: Context,
  check: (context: Context) => Promise<Checked>,
  build: (context: Context) => Promise<Built>,
): Promise<[Checked, Built]> {
  const failure = new AbortController();
  const joined = { ...context, signal: AbortSignal.any([context.signal, failure.signal]) };
  const checks = check(joined);
  checks.catch((error) => failure.abort(error));
  try {
    const built = await build(joined);
    return [await checks, built];
  } catch (error) {
    failure.abort(error);
    throw error;
  }
}
