import { randomUUID } from 'node:crypto';
import { appOf, appReference } from './apps.ts';
import { explain } from './dynos.ts';
import { type Call, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { answerList } from './ranges.ts';
import { invalidParams, Refusal } from './refusal.ts';
import { checkRequest } from './schema.ts';
import type { AppRecord, FormationRecord, SlugRecord, State } from './state.ts';

interface Update {
  readonly type: string;
  readonly quantity?: number;
}

const dynoSize = { id: '3c3b7e0c-1d4b-4f5c-9a3c-0000000ba51c', name: 'Basic' };

/** `/apps/{app}/formation`. */
export function formationRoutes(platform: Platform): Route[] {
  return [
    { method: 'GET', path: '/apps/:app/formation', handle: (call) => list(platform, call) },
    {
      method: 'GET',
      path: '/apps/:app/formation/:type',
      handle: (call) => {
        const app = appOf(platform.store.state, call);
        const found = processTypeOf(app, call.params['type'] ?? '');
        return ok(serialize(platform.store.state, app, found));
      },
    },
    {
      method: 'PATCH',
      path: '/apps/:app/formation',
      handle: async (call) => {
        const body = checkRequest<{ updates: Update[] }>('formation.batch-update', call.body);
        return ok(await scale(platform, call, body.updates));
      },
    },
    {
      method: 'PATCH',
      path: '/apps/:app/formation/:type',
      handle: async (call) => {
        const body = checkRequest<Omit<Update, 'type'>>('formation.update', call.body);
        const [scaled] = await scale(platform, call, [
          { ...body, type: call.params['type'] ?? '' },
        ]);
        return ok(scaled);
      },
    },
  ];
}

/**
 * The formation of an app once it runs a slug: quantities stay, process types come and go, and the
 * first release of an app with a `web` type gets one web dyno
 * (https://devcenter.heroku.com/articles/procfile#scaling-a-process-type).
 */
export function formationOf(app: AppRecord, slug: SlugRecord): FormationRecord[] {
  const now = new Date().toISOString();
  return Object.keys(slug.processTypes).map(
    (type) =>
      app.formation.find((one) => one.type === type) ?? {
        id: randomUUID(),
        type,
        quantity: type === 'web' && app.formation.length === 0 ? 1 : 0,
        createdAt: now,
        updatedAt: now,
      },
  );
}

async function scale(platform: Platform, call: Call, updates: readonly Update[]) {
  const scaled = await platform.store.update((state) => {
    const app = appOf(state, call);
    return updates.map((update) => serialize(state, app, applyUpdate(app, update)));
  });
  const { id } = appOf(platform.store.state, call);
  // The platform answers before its dynos have followed, and so does this; the log tells the rest.
  platform.work
    .run(id, () => followFormation(platform, id))
    .catch((error) => platform.appLog.fail('scale', error));
  return scaled;
}

function applyUpdate(app: AppRecord, { type, quantity }: Update): FormationRecord {
  const found = processTypeOf(app, type);
  if (quantity === undefined) return found;
  if (quantity < 0) throw invalidParams('Quantity must not be negative.');
  // As on the platform with dynos of this size; and one port leads to one dyno.
  if (quantity > 1) throw invalidParams('Cannot update to more than 1 Dynos per process type.');
  found.quantity = quantity;
  found.updatedAt = new Date().toISOString();
  return found;
}

async function followFormation({ store, dynos, appLog }: Platform, appId: string): Promise<void> {
  const app = store.state.apps.find(({ id }) => id === appId);
  const release = store.state.releases.find(({ id }) => id === app?.currentReleaseId);
  const slug = store.state.slugs.find(({ id }) => id === release?.slugId);
  if (!app || !release || !slug) return;
  try {
    await dynos.scale({ app, release, slug, formation: app.formation });
  } catch (error) {
    await appLog.say(app, 'scale', explain(error));
  }
}

function processTypeOf(app: AppRecord, identity: string): FormationRecord {
  const found = app.formation.find(({ id, type }) => id === identity || type === identity);
  if (found) return found;
  throw new Refusal(404, 'not_found', `Couldn't find that process type (${identity}).`);
}

function list(platform: Platform, call: Call) {
  const { state } = platform.store;
  const app = appOf(state, call);
  return answerList(
    call,
    app.formation.map((one) => serialize(state, app, one)),
    ['type', 'id'],
  );
}

function serialize(state: State, app: AppRecord, formation: FormationRecord) {
  const release = state.releases.find(({ id }) => id === app.currentReleaseId);
  const slug = state.slugs.find(({ id }) => id === release?.slugId);
  return {
    app: appReference(app),
    command: slug?.processTypes[formation.type] ?? '',
    created_at: formation.createdAt,
    dyno_size: dynoSize,
    id: formation.id,
    quantity: formation.quantity,
    size: dynoSize.name,
    type: formation.type,
    updated_at: formation.updatedAt,
  };
}
