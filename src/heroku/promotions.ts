import type { HerokuClient } from './client.ts';
import { exactlyOnce } from './exactly-once.ts';
import { ifThere } from './platform-error.ts';
import { listReleases, type Release, readRelease } from './releases.ts';

/** An app's place in a pipeline (schema of pipeline-coupling, as far as it is read here). */
export interface PipelinePlace {
  readonly pipelineId: string;
  readonly stage: 'test' | 'review' | 'development' | 'staging' | 'production';
}

/** What names an app to people and to the API. */
export interface PromotedApp {
  readonly id: string;
  readonly name: string;
}

/** One app's slug on its way to others of the same pipeline. */
export interface Promotion {
  readonly pipelineId: string;
  readonly source: PromotedApp;
  /** Id of the source's release whose slug is promoted. */
  readonly releaseId: string;
  readonly targets: readonly PromotedApp[];
}

/** What a promotion came to at one target: a release, pending still or final, or why there is none. */
export type PromotionOutcome = { readonly app: PromotedApp } & (
  | { readonly release: Release }
  | { readonly error: string }
);

interface CouplingAnswer {
  readonly pipeline: { readonly id: string };
  readonly stage: PipelinePlace['stage'];
}

/** Schema of pipeline-promotion-target, as far as it is read here. */
interface TargetAnswer {
  readonly app: { readonly id: string };
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly error_message: string | null;
  readonly release: { readonly id: string } | null;
}

/** How far a promotion is at one target: a release by its id, an error, or neither yet. */
interface Progress {
  readonly app: PromotedApp;
  readonly releaseId?: string | undefined;
  readonly error?: string | undefined;
}

/** Looks at all targets of a promotion. */
type Look = () => Promise<readonly Progress[]>;

/** For making the releases; their release phases are not waited for here. */
const promotionMinutes = 10;
/** A call whose answer was lost may still be under way: it gets this long to show. */
const settleMilliseconds = 5_000;
const pollMilliseconds = 1_000;

/** Finds the pipeline that an app is in; `undefined` where it is in none. */
export async function findPipeline(
  client: HerokuClient,
  app: string,
): Promise<PipelinePlace | undefined> {
  const coupling = await ifThere(
    client.call<CouplingAnswer>({
      method: 'GET',
      path: `/apps/${encodeURIComponent(app)}/pipeline-couplings`,
      repeatable: true,
    }),
  );
  return coupling && { pipelineId: coupling.pipeline.id, stage: coupling.stage };
}

/**
 * Releases the slug that one app runs to others of its pipeline, exactly once, and waits until each
 * has its release or has failed. Config vars and add-ons stay the target's own, and the release phase
 * runs there (https://devcenter.heroku.com/articles/pipelines). The releases are waited for as all
 * others are.
 * @throws PlatformError where the platform refuses the promotion as a whole.
 */
export async function promote(
  client: HerokuClient,
  promotion: Promotion,
): Promise<readonly PromotionOutcome[]> {
  const look = await begin(client, promotion);
  const deadline = Date.now() + promotionMinutes * 60_000;
  let seen = await look();
  while (!seen.every(hasBegun) && Date.now() < deadline) {
    await client.sleep(pollMilliseconds, client.signal);
    seen = await look();
  }
  return Promise.all(seen.map((one) => outcomeOf(client, one)));
}

/**
 * Begins a promotion. Where the answer is lost its id is unknown, and promotions cannot be listed:
 * whether it was begun, and what becomes of it, the releases of its targets tell.
 */
async function begin(client: HerokuClient, promotion: Promotion): Promise<Look> {
  const lookAtReleases = await releasesFromNow(client, promotion);
  return exactlyOnce<Look>(client, {
    question: 'whether the promotion was begun',
    settleMilliseconds,
    make: async () => {
      const { id } = await client.call<{ id: string }>({
        method: 'POST',
        path: '/pipeline-promotions',
        repeatable: false,
        body: {
          pipeline: { id: promotion.pipelineId },
          source: { app: { id: promotion.source.id }, release: { id: promotion.releaseId } },
          targets: promotion.targets.map((app) => ({ app: { id: app.id } })),
        },
      });
      return () => lookAtTargets(client, promotion, id);
    },
    find: async () => ((await lookAtReleases()).some(hasBegun) ? lookAtReleases : undefined),
  });
}

async function lookAtTargets(
  client: HerokuClient,
  promotion: Promotion,
  id: string,
): Promise<readonly Progress[]> {
  const targets = await client.call<readonly TargetAnswer[]>({
    method: 'GET',
    path: `/pipeline-promotions/${encodeURIComponent(id)}/promotion-targets`,
    repeatable: true,
  });
  return promotion.targets.map((app) => {
    const target = targets.find((one) => one.app.id === app.id);
    if (target === undefined) return { app };
    const error = target.error_message ?? 'Heroku gives no reason.';
    return {
      app,
      releaseId: target.release?.id,
      ...(target.release === null && target.status === 'failed' && { error }),
    };
  });
}

async function releasesFromNow(client: HerokuClient, promotion: Promotion): Promise<Look> {
  const newest = (app: PromotedApp, count: number) =>
    listReleases(client, app.name, { newest: count });
  const versions = await Promise.all(
    promotion.targets.map(async (app) => (await newest(app, 1))[0]?.version ?? 0),
  );
  const isOurs = ({ description }: Release) =>
    description.startsWith(`Promote ${promotion.source.name} `);
  return () =>
    Promise.all(
      promotion.targets.map(async (app, index) => {
        const before = versions[index] ?? 0;
        const since = (await newest(app, 10)).filter(({ version }) => version > before);
        return { app, releaseId: since.findLast(isOurs)?.id };
      }),
    );
}

function hasBegun({ releaseId, error }: Progress): boolean {
  return releaseId !== undefined || error !== undefined;
}

async function outcomeOf(
  client: HerokuClient,
  { app, releaseId, error }: Progress,
): Promise<PromotionOutcome> {
  if (releaseId !== undefined) {
    return { app, release: await readRelease(client, app.name, releaseId) };
  }
  return { app, error: error ?? `It was not begun within ${promotionMinutes} minutes.` };
}
