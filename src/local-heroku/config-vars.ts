import { appOf } from './apps.ts';
import { type Call, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { invalidParams } from './refusal.ts';
import { carryOutRelease } from './release-work.ts';
import { addRelease, configVarsToCome, newestRelease } from './releases.ts';
import { checkRequest } from './schema.ts';
import type { AppRecord } from './state.ts';

type Changes = Readonly<Record<string, string | null>>;

/** `/apps/{app}/config-vars`. */
export function configVarRoutes(platform: Platform): Route[] {
  return [
    {
      method: 'GET',
      path: '/apps/:app/config-vars',
      handle: (call) => ok(appOf(platform.store.state, call).configVars),
    },
    { method: 'PATCH', path: '/apps/:app/config-vars', handle: (call) => change(platform, call) },
  ];
}

/** A change makes a release (https://devcenter.heroku.com/articles/config-vars); none where nothing changes. */
async function change(platform: Platform, call: Call) {
  const changes = checkRequest<Changes>('config-var.update', call.body);
  const { configVars, release } = await platform.store.update((state) => {
    const app = appOf(state, call);
    refuseAddOnsVars(app, changes);
    const before = configVarsToCome(state, app);
    const description = describe(before, changes);
    if (description === '') return { configVars: app.configVars };
    const slugId = newestRelease(state, app)?.slugId ?? null;
    const configVars = apply(before, changes);
    const release = addRelease(state, app, { description, slugId, configVars });
    return { configVars: app.configVars, release };
  });
  if (release) carryOutRelease(platform, release);
  return ok(configVars);
}

/** What add-ons set is theirs to change. */
function refuseAddOnsVars(app: AppRecord, changes: Changes): void {
  const taken = app.addOns.flatMap(({ configVars }) => Object.keys(configVars));
  const refused = Object.keys(changes).filter((name) => taken.includes(name));
  if (refused.length === 0) return;
  throw invalidParams(`Cannot overwrite attachment values ${refused.join(', ')}.`);
}

function apply(configVars: Record<string, string>, changes: Changes): Record<string, string> {
  const changed: Changes = { ...configVars, ...changes };
  return Object.fromEntries(
    Object.entries(changed).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** In the platform's words: `Set FOO, BAR config vars`; names only. */
function describe(configVars: Record<string, string>, changes: Changes): string {
  const names = Object.keys(changes).filter((name) => changes[name] !== (configVars[name] ?? null));
  const set = names.filter((name) => changes[name] !== null);
  const removed = names.filter((name) => changes[name] === null);
  return [
    ...(set.length > 0 ? [`Set ${set.join(', ')} config vars`] : []),
    ...(removed.length > 0 ? [`Remove ${removed.join(', ')} config vars`] : []),
  ].join(' and ');
}
