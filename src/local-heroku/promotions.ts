import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { appOf } from './apps.ts';
import { type Call, created, ok, type Route } from './http.ts';
import { pipelineOf } from './pipelines.ts';
import type { Platform } from './platform.ts';
import { invalidParams, notFound } from './refusal.ts';
import { carryOutRelease } from './release-work.ts';
import { addRelease, configVarsToCome } from './releases.ts';
import { checkRequest } from './schema.ts';
import { isGone, takesSlugs } from './slugs.ts';
import type {
  AppRecord,
  PipelineRecord,
  PromotionRecord,
  PromotionTargetRecord,
  ReleaseRecord,
  SlugRecord,
  State,
} from './state.ts';

interface Reference {
  readonly id?: string;
}

interface CreateBody {
  readonly pipeline: { readonly id: string };
  readonly source: { readonly app?: Reference; readonly release?: Reference };
  readonly targets: readonly { readonly app?: Reference }[];
}

/** What is promoted. */
interface Source {
  readonly pipeline: PipelineRecord;
  readonly app: AppRecord;
  readonly release: ReleaseRecord;
  readonly slug: SlugRecord;
}

/** An app to promote to: with the slug that it gets, or why it gets none. */
type Target = { readonly appId: string } & (
  | { readonly slug: SlugRecord }
  | { readonly error: string }
);

/** `/pipeline-promotions`. */
export function promotionRoutes(platform: Platform): Route[] {
  const { store } = platform;
  return [
    {
      method: 'POST',
      path: '/pipeline-promotions',
      handle: (call) => createPromotion(platform, call),
    },
    {
      method: 'GET',
      path: '/pipeline-promotions/:promotion',
      handle: (call) => ok(serialize(store.state, promotionOf(store.state, call))),
    },
    {
      method: 'GET',
      path: '/pipeline-promotions/:promotion/promotion-targets',
      handle: (call) => {
        const promotion = promotionOf(store.state, call);
        return ok(promotion.targets.map((one) => serializeTarget(store.state, promotion, one)));
      },
    },
  ];
}

/**
 * Gives the slug of an app's current release, or of the one that is named, to others of its
 * pipeline, at whatever stage. Each gets a release of its own with its own config vars; one that
 * cannot have it does not keep the others from it.
 */
async function createPromotion(platform: Platform, call: Call) {
  const body = checkRequest<CreateBody>('pipeline-promotion.create', call.body);
  const source = sourceOf(platform, body);
  const apps = targetsOf(platform.store.state, body, source);
  const targets = await Promise.all(apps.map((app) => prepare(platform, source, app)));
  const promotion = await platform.store.update((state) => {
    const made: PromotionRecord = {
      id: randomUUID(),
      pipelineId: source.pipeline.id,
      sourceAppId: source.app.id,
      sourceReleaseId: source.release.id,
      targets: targets.map((target) => promoteTo(state, source, target)),
      createdAt: new Date().toISOString(),
    };
    state.promotions.push(made);
    return made;
  });
  const { state } = platform.store;
  for (const { releaseId } of promotion.targets) {
    const release = state.releases.find(({ id }) => id === releaseId);
    if (release) carryOutRelease(platform, release);
  }
  return created(serialize(state, promotion));
}

function sourceOf(platform: Platform, { pipeline: { id }, source }: CreateBody): Source {
  const { state } = platform.store;
  const pipeline = pipelineOf(state, id);
  const app = appOf(state, { params: { app: source.app?.id ?? '' } });
  if (!isIn(pipeline, app)) throw invalidParams(`App ${app.name} is not in the pipeline`);
  const releaseId = source.release?.id ?? app.currentReleaseId;
  const release = state.releases.find((one) => one.id === releaseId && one.appId === app.id);
  if (!release) throw notFound('release');
  const slug = state.slugs.find((one) => one.id === release.slugId);
  if (!slug || isGone(platform, slug))
    throw invalidParams(`App ${app.name} has nothing to promote`);
  return { pipeline, app, release, slug };
}

function targetsOf(state: State, { targets }: CreateBody, source: Source): readonly AppRecord[] {
  const apps = targets.map(({ app }) => appOf(state, { params: { app: app?.id ?? '' } }));
  if (apps.length === 0) throw invalidParams('There is no app to promote to');
  if (apps.includes(source.app)) throw invalidParams('An app cannot be promoted to itself');
  return apps;
}

/** Each app gets a slug of its own, which stays when the source is removed. */
async function prepare({ folder }: Platform, source: Source, app: AppRecord): Promise<Target> {
  if (!isIn(source.pipeline, app)) {
    return { appId: app.id, error: `App ${app.name} is not in the pipeline` };
  }
  if (!takesSlugs(app)) return { appId: app.id, error: `App ${app.name} cannot have a slug` };
  const slug = { ...source.slug, id: randomUUID(), appId: app.id };
  await copyFile(folder.slug(source.slug.id), folder.slug(slug.id), constants.COPYFILE_FICLONE);
  return { appId: app.id, slug };
}

function promoteTo(state: State, source: Source, target: Target): PromotionTargetRecord {
  const record = { id: randomUUID(), appId: target.appId };
  if ('error' in target) return { ...record, releaseId: null, error: target.error };
  const app = appOf(state, { params: { app: target.appId } });
  state.slugs.push(target.slug);
  const { id } = addRelease(state, app, {
    description: describe(source),
    slugId: target.slug.id,
    configVars: configVarsToCome(state, app),
  });
  return { ...record, releaseId: id, error: null };
}

/** In the platform's words: `Promote example-staging v6 0f0a53b1`. */
function describe({ app, release, slug }: Source): string {
  const what = (slug.commit ?? slug.id).slice(0, 8);
  return `Promote ${app.name} v${release.version} ${what}`;
}

function isIn({ couplings }: PipelineRecord, app: AppRecord): boolean {
  return couplings.some(({ appId }) => appId === app.id);
}

function promotionOf(state: State, { params }: Call): PromotionRecord {
  const found = state.promotions.find(({ id }) => id === params['promotion']);
  if (!found) throw notFound('pipeline promotion');
  return found;
}

/** A target is done when its release is, release phase and all. */
function statusOf(state: State, { releaseId }: PromotionTargetRecord) {
  return state.releases.find(({ id }) => id === releaseId)?.status ?? 'failed';
}

function serialize(state: State, promotion: PromotionRecord) {
  const isPending = promotion.targets.some((target) => statusOf(state, target) === 'pending');
  return {
    created_at: promotion.createdAt,
    id: promotion.id,
    pipeline: { id: promotion.pipelineId },
    source: {
      app: { id: promotion.sourceAppId },
      release: { id: promotion.sourceReleaseId },
    },
    status: isPending ? 'pending' : 'completed',
    updated_at: promotion.createdAt,
  };
}

function serializeTarget(state: State, { id }: PromotionRecord, target: PromotionTargetRecord) {
  const status = statusOf(state, target);
  return {
    app: { id: target.appId },
    error_message: status === 'failed' ? (target.error ?? 'The release failed') : null,
    id: target.id,
    pipeline_promotion: { id },
    release: target.releaseId === null ? null : { id: target.releaseId },
    status,
  };
}
