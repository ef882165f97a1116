import type { HerokuClient } from './client.ts';

/** How many dynos of which size a process type is to have; what is left out stays as it is. */
export interface FormationUpdate {
  /** Name of the process type: `web`. */
  readonly type: string;
  readonly quantity?: number;
  /** Name of the dyno size: `standard-1x`. */
  readonly size?: string;
}

/**
 * Scales an app's process types, all of them or none.
 * @throws PlatformError where its current slug lacks a type, or the plan does not allow it.
 */
export async function scale(
  client: HerokuClient,
  app: string,
  updates: readonly FormationUpdate[],
): Promise<void> {
  await client.call({
    method: 'PATCH',
    path: `/apps/${encodeURIComponent(app)}/formation`,
    repeatable: true,
    body: {
      updates: updates.map(({ type, quantity, size }) => ({
        type,
        ...(quantity !== undefined && { quantity }),
        ...(size !== undefined && { dyno_size: { name: size } }),
      })),
    },
  });
}
