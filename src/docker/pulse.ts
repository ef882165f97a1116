import { setTimeout as wait } from 'node:timers/promises';
import { idleTimeout, Patience } from './patience.ts';

/** How often the engine is felt for. */
const pauseMilliseconds = 30_000;

/**
 * Feels whether the engine lives while something is waited for that may take as long as it takes: a
 * build may be silent for an hour, but an engine that is silent to a question hangs.
 */
export class Pulse {
  /** Aborts when the engine hangs, with an EngineLostError, and with the run, with its reason. */
  readonly signal: AbortSignal;
  readonly #ask: (signal: AbortSignal) => Promise<unknown>;
  readonly #hangs = new AbortController();
  readonly #ended = new AbortController();

  /**
   * @param ask asks the engine something that it answers at once, and ends with its signal. That it
   *   refuses is an answer.
   */
  constructor(
    ask: (signal: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
    times = { pauseMilliseconds, answerMilliseconds: idleTimeout },
  ) {
    this.#ask = ask;
    this.signal = AbortSignal.any([signal, this.#hangs.signal]);
    this.#watch(times).catch(() => {}); // It was ended.
  }

  /** Nothing is waited for any more. */
  end(): void {
    this.#ended.abort();
  }

  async #watch(times: { pauseMilliseconds: number; answerMilliseconds: number }): Promise<void> {
    const over = AbortSignal.any([this.signal, this.#ended.signal]);
    for (;;) {
      await wait(times.pauseMilliseconds, undefined, { signal: over, ref: false });
      const patience = new Patience(times.answerMilliseconds, over);
      await this.#ask(patience.signal).catch(() => {});
      patience.end();
      if (over.aborted) return;
      if (patience.signal.aborted) this.#hangs.abort(patience.signal.reason);
    }
  }
}
