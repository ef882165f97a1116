import { appOf } from './apps.ts';
import { type Call, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { carryOutRelease } from './release-work.ts';
import { addRelease, newestRelease } from './releases.ts';
import { checkRequest } from './schema.ts';

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
    const description = describe(app.configVars, changes);
    app.configVars = apply(app.configVars, changes);
    const newest = newestRelease(state, app);
    return {
      configVars: app.configVars,
      release: description
        ? addRelease(state, app, {
            description,
            slugId: newest?.slugId ?? null,
            configVars: app.configVars,
          })
        : undefined,
    };
  });
  if (release) carryOutRelease(platform, release);
  return ok(configVars);
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
