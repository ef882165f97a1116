import type { HerokuClient } from './client.ts';

/** A dyno of an app (schema of dyno, as far as it is read here). */
export interface DynoState {
  /** `web.1` */
  readonly name: string;
  /** Name of its process type. */
  readonly type: string;
  readonly state: 'crashed' | 'down' | 'idle' | 'starting' | 'up';
  readonly release: { readonly id: string; readonly version: number };
}

/** Lists the dynos that an app has right now: after a release, for some time, those of the one before. */
export function listDynos(client: HerokuClient, app: string): Promise<readonly DynoState[]> {
  return client.call({
    method: 'GET',
    path: `/apps/${encodeURIComponent(app)}/dynos`,
    repeatable: true,
    list: true,
  });
}
