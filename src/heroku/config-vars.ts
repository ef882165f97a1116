import type { HerokuClient } from './client.ts';
import { type Release, releaseMadeBy } from './releases.ts';

/** Reads an app's config vars (schema of config-var): name to value. Values are secrets. */
export function readConfigVars(
  client: HerokuClient,
  app: string,
): Promise<Readonly<Record<string, string>>> {
  return client.call({
    method: 'GET',
    path: configVarsOf(app),
    repeatable: true,
  });
}

/**
 * Sets config vars, and removes those that are `null`, all at once.
 * @returns the release that it made, none where nothing changed. Where that has a release phase, the
 * change holds once it has succeeded, and is lost where it fails (heroku/cli, issue 3345).
 */
export function changeConfigVars(
  client: HerokuClient,
  app: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<Release | undefined> {
  return releaseMadeBy(client, app, () =>
    client.call({
      method: 'PATCH',
      path: configVarsOf(app),
      // To set what is set already changes nothing and makes no release.
      repeatable: true,
      body: changes,
    }),
  );
}

function configVarsOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}/config-vars`;
}
