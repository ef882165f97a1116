import type { HerokuClient } from './client.ts';
import { isAmbiguous } from './platform-error.ts';

const tries = 3;

/** A call that must not be carried out twice, for which the API has no key of its own. */
export interface UnrepeatableCall<Made> {
  /** What is looked for where its answer was lost, for the log: `whether the release was made`. */
  readonly question: string;
  /** A call whose answer was lost may still be under way: it gets this long to show. */
  readonly settleMilliseconds: number;
  readonly make: () => Promise<Made>;
  /** Finds what an earlier try has made. */
  readonly find: () => Promise<Made | undefined>;
}

/**
 * Makes such a call, again only where the one before has left nothing.
 * @throws the last failure, or the first that says that nothing was carried out.
 */
export async function exactlyOnce<Made>(
  client: HerokuClient,
  { question, settleMilliseconds, make, find }: UnrepeatableCall<Made>,
): Promise<Made> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await make();
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      client.reporter.info(`${error.message}; looking ${question}`);
      await client.sleep(settleMilliseconds, client.signal);
      const made = await find();
      if (made !== undefined) return made;
      if (attempt === tries) throw error;
    }
  }
}
