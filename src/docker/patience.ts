import { EngineLostError } from './engine-lost.ts';

/** Milliseconds that the engine may let pass without a byte, whichever way they go. */
export const idleTimeout = 120_000;

/** A clock for what the engine is to do; what it is told to end has waited long enough. */
export class Patience {
  /** Aborts when the time is over, with an EngineLostError, and with the run, with its reason. */
  readonly signal: AbortSignal;
  readonly #milliseconds: number;
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, signal: AbortSignal) {
    this.#milliseconds = milliseconds;
    this.signal = AbortSignal.any([signal, this.#over.signal]);
    this.renew();
  }

  /** The engine has done something: its time begins anew. */
  renew(): void {
    this.end();
    this.#timer = setTimeout(
      () => this.#over.abort(silentEngine(this.#milliseconds)),
      this.#milliseconds,
    );
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#timer);
  }
}

function silentEngine(milliseconds: number): EngineLostError {
  return new EngineLostError(`The Docker engine has done nothing for ${milliseconds / 1000} s.`);
}
