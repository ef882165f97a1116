import { appOf, appReference } from './apps.ts';
import { accepted, type Call, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { answerList } from './ranges.ts';
import { notFound } from './refusal.ts';
import type { AppRecord, DynoRecord, State } from './state.ts';

/** `/apps/{app}/dynos`. */
export function dynoRoutes(platform: Platform): Route[] {
  return [
    {
      method: 'GET',
      path: '/apps/:app/dynos',
      handle: async (call) => answerList(call, await list(platform, call), ['name', 'id']),
    },
    {
      method: 'GET',
      path: '/apps/:app/dynos/:dyno',
      handle: async (call) => {
        const wanted = dynoOf(appOf(platform.store.state, call), call);
        return ok((await list(platform, call)).find(({ id }) => id === wanted.id));
      },
    },
    {
      method: 'POST',
      path: '/apps/:app/dynos/:dyno/actions/stop',
      handle: (call) => stop(platform, call),
    },
  ];
}

/** Stops one until the next release or scaling; the formation stays as it is. */
async function stop({ store, dynos, work, appLog }: Platform, call: Call) {
  const { id } = appOf(store.state, call);
  return work.run(id, async () => {
    const app = appOf(store.state, call);
    const dyno = dynoOf(app, call);
    await appLog.say(app, dyno.name, 'Stopping with SIGTERM');
    await dynos.stop(app, [dyno]);
    return accepted({});
  });
}

async function list({ store, dynos }: Platform, call: Call) {
  const app = appOf(store.state, call);
  return (await dynos.list(app)).map((dyno) => serialize(store.state, app, dyno));
}

function dynoOf(app: AppRecord, { params }: Call): DynoRecord {
  const identity = params['dyno'];
  const found = app.dynos.find(({ id, name }) => id === identity || name === identity);
  if (!found) throw notFound('dyno');
  return found;
}

function serialize(state: State, app: AppRecord, dyno: DynoRecord) {
  const release = state.releases.find(({ id }) => id === dyno.releaseId);
  return {
    app: appReference(app),
    attach_url: null,
    command: dyno.command,
    created_at: dyno.createdAt,
    id: dyno.id,
    name: dyno.name,
    release: { id: dyno.releaseId, version: release?.version ?? 0 },
    size: 'Basic',
    state: dyno.state,
    type: dyno.type,
    updated_at: dyno.updatedAt,
  };
}
