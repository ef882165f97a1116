import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { appOf, appReference } from './apps.ts';
import { type Call, created, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { answerList } from './ranges.ts';
import { invalidParams, notFound } from './refusal.ts';
import { carryOutRelease, configVarsNow, hasReleasePhase } from './release-work.ts';
import { checkRequest } from './schema.ts';
import { isGone, slugOf } from './slugs.ts';
import type { AppRecord, ReleaseRecord, SlugRecord, State } from './state.ts';

interface CreateBody {
  readonly slug: string;
  readonly description?: string;
}

interface RollbackBody {
  readonly release: string;
}

/** What makes a release another one than the one before. */
export interface NewRelease {
  readonly description: string;
  readonly slugId: string | null;
  readonly configVars: Record<string, string>;
  /** Where its slug's release phase is not to run. */
  readonly withoutReleasePhase?: boolean;
}

/** 1 GB (heroku.com blog, "Bigger slugs and greater build timeout flexibility", 2026-03), taken as binary. */
const largestSlugBytes = 2 ** 30;

/** `/apps/{app}/releases`. */
export function releaseRoutes(platform: Platform): Route[] {
  return [
    {
      method: 'POST',
      path: '/apps/:app/releases',
      handle: (call) =>
        Object.hasOwn(Object(call.body), 'release')
          ? rollBack(platform, call)
          : createRelease(platform, call),
    },
    { method: 'GET', path: '/apps/:app/releases', handle: (call) => listReleases(platform, call) },
    {
      method: 'GET',
      path: '/apps/:app/releases/:release',
      handle: (call) => {
        const app = appOf(platform.store.state, call);
        return ok(serialize(platform, app, releaseOf(platform.store.state, app, call)));
      },
    },
    {
      method: 'GET',
      path: '/apps/:app/releases/:release/config-vars',
      handle: (call) => {
        const app = appOf(platform.store.state, call);
        return ok(releaseOf(platform.store.state, app, call).configVars);
      },
    },
  ];
}

/**
 * Adds a release to an app: with a slug pending, to be carried out, without one done already.
 * To be called in an update of the state.
 */
export function addRelease(state: State, app: AppRecord, release: NewRelease): ReleaseRecord {
  const now = new Date().toISOString();
  const versions = state.releases.filter(({ appId }) => appId === app.id).map((one) => one.version);
  const record: ReleaseRecord = {
    id: randomUUID(),
    appId: app.id,
    version: Math.max(0, ...versions) + 1,
    status: release.slugId === null ? 'succeeded' : 'pending',
    withoutReleasePhase: false,
    ...release,
    addOnPlans: app.addOns.map(({ plan }) => plan),
    createdAt: now,
    updatedAt: now,
  };
  state.releases.push(record);
  if (record.status === 'succeeded') app.currentReleaseId = record.id;
  app.configVars = configVarsNow(state, app);
  return record;
}

/** An app's newest release that did not fail; it may not be current yet, but what follows builds on it. */
export function newestRelease(state: State, app: AppRecord): ReleaseRecord | undefined {
  return state.releases.findLast(({ appId, status }) => appId === app.id && status !== 'failed');
}

async function createRelease(platform: Platform, call: Call) {
  const body = checkRequest<CreateBody>('release.create', call.body);
  const { state } = platform.store;
  await refuseUnfitSlug(platform, slugOf(state, appOf(state, call), body.slug));
  return begin(platform, call, (current, app) => {
    const slug = slugOf(current, app, body.slug);
    return {
      description: body.description ?? `Deploy ${slug.commit?.slice(0, 8) ?? slug.id.slice(0, 8)}`,
      slugId: slug.id,
      configVars: configVarsToCome(current, app),
    };
  });
}

/** The config vars that what follows builds on: of a release that is pending, where there is one. */
export function configVarsToCome(state: State, app: AppRecord): Record<string, string> {
  return newestRelease(state, app)?.configVars ?? app.configVars;
}

/**
 * Takes back the slug and the config vars of another release (`heroku help releases:rollback`);
 * what add-ons set stays as it is.
 */
function rollBack(platform: Platform, call: Call) {
  const body = checkRequest<RollbackBody>('release.rollback', call.body);
  return begin(platform, call, (state, app) => {
    const target = state.releases.find(({ id, appId }) => id === body.release && appId === app.id);
    if (!target) throw notFound('release');
    if (!isEligibleForRollback(platform, target)) {
      throw invalidParams(`Release v${target.version} is not eligible for rollback`);
    }
    const { slugId } = target;
    const ofAddOns = app.addOns.map((addOn) => addOn.configVars);
    const configVars = Object.assign({}, target.configVars, ...ofAddOns);
    return { description: `Rollback to v${target.version}`, slugId, configVars };
  });
}

async function begin(
  platform: Platform,
  call: Call,
  make: (state: State, app: AppRecord) => NewRelease,
) {
  const { app, record } = await platform.store.update((state) => {
    const found = appOf(state, call);
    return { app: found, record: addRelease(state, found, make(state, found)) };
  });
  carryOutRelease(platform, record);
  return created(serialize(platform, app, record));
}

/**
 * The platform looks at the blob when it is to be released, not before: an oversized one uploads and
 * is then refused with a 422 (heroku/cli, issue 190).
 */
async function refuseUnfitSlug(platform: Platform, slug: SlugRecord): Promise<void> {
  if (isGone(platform, slug)) throw notFound('slug');
  if (slug.uploadedSha256 === null) throw invalidParams('The slug has not been uploaded');
  const { size } = await stat(platform.folder.slug(slug.id));
  if (size > largestSlugBytes) {
    throw invalidParams(`Slug is too large: ${size} bytes (max is ${largestSlugBytes})`);
  }
  if (slug.checksum !== null && slug.checksum !== `SHA256:${slug.uploadedSha256}`) {
    throw invalidParams('The slug does not match its checksum');
  }
}

function listReleases(platform: Platform, call: Call) {
  const { state } = platform.store;
  const app = appOf(state, call);
  const releases = state.releases.filter(({ appId }) => appId === app.id);
  return answerList(
    call,
    releases.map((one) => serialize(platform, app, one)),
    ['version', 'id'],
  );
}

function releaseOf(state: State, app: AppRecord, { params }: Call): ReleaseRecord {
  const identity = params['release'];
  const found = state.releases.find(
    ({ id, appId, version }) =>
      appId === app.id && (id === identity || String(version) === identity),
  );
  if (!found) throw notFound('release');
  return found;
}

function isEligibleForRollback(platform: Platform, release: ReleaseRecord): boolean {
  return statusOf(platform, release) === 'succeeded' && release.slugId !== null;
}

/** One that succeeded has expired once its slug is gone. */
function statusOf(platform: Platform, { slugId, status }: ReleaseRecord) {
  const slug = platform.store.state.slugs.find(({ id }) => id === slugId);
  const isKept = slugId === null || (slug !== undefined && !isGone(platform, slug));
  return status === 'succeeded' && !isKept ? 'expired' : status;
}

function serialize(platform: Platform, app: AppRecord, release: ReleaseRecord) {
  const { store, signer, origin } = platform;
  return {
    addon_plan_names: release.addOnPlans,
    app: appReference(app),
    artifacts: release.slugId === null ? [] : [{ type: 'slug', id: release.slugId }],
    created_at: release.createdAt,
    current: release.id === app.currentReleaseId,
    description: release.description,
    eligible_for_rollback: isEligibleForRollback(platform, release),
    id: release.id,
    oci_image: null,
    output_stream_url: hasReleasePhase(store.state, release)
      ? signer.sign('GET', origin, `/streams/${release.id}`)
      : null,
    slug: release.slugId === null ? null : { id: release.slugId },
    status: statusOf(platform, release),
    updated_at: release.updatedAt,
    user: store.state.account,
    version: release.version,
  };
}
