import { Refusal } from './refusal.ts';

const perHour = 4500;
const millisecondsPerCall = 3_600_000 / perHour;

/**
 * The calls an account may make: 4,500 in store, filled up evenly at that rate an hour
 * (https://devcenter.heroku.com/articles/platform-api-reference#rate-limits).
 */
export class RateLimit {
  #stored = perHour;
  #filledAt = Date.now();

  /** Takes one call from the store and returns how many are left; refuses with 429 where there is none. */
  take(): number {
    if (this.remaining() < 1) {
      throw new Refusal(429, 'rate_limit', 'Your account reached the API rate limit.');
    }
    this.#stored -= 1;
    return this.remaining();
  }

  /** Whole calls in store now. */
  remaining(): number {
    const now = Date.now();
    const filled = this.#stored + (now - this.#filledAt) / millisecondsPerCall;
    this.#stored = Math.min(perHour, filled);
    this.#filledAt = now;
    return Math.floor(this.#stored);
  }
}
