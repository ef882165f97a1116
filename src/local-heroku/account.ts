import { ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import type { RateLimit } from './rate-limit.ts';

/** `GET /account` and `GET /account/rate-limits`. */
export function accountRoutes({ store }: Platform, rateLimit: RateLimit): Route[] {
  return [
    { method: 'GET', path: '/account', handle: () => ok(store.state.account) },
    {
      method: 'GET',
      path: '/account/rate-limits',
      handle: () => ok({ remaining: rateLimit.remaining() }),
    },
  ];
}
