import type { HerokuClient } from './client.ts';
import { exactlyOnce } from './exactly-once.ts';

/** A release of an app (schema of release, as far as it is read here). */
export interface Release {
  readonly id: string;
  readonly version: number;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'expired';
  readonly slug: { readonly id: string } | null;
  /** Whether the app runs it now. */
  readonly current: boolean;
  /** What it is for: `Deploy 1a2b3c4d`, `Rollback to v7`, `Set FOO config vars`. */
  readonly description: string;
  /** Not where it failed, and not where its slug is gone. */
  readonly eligible_for_rollback: boolean;
  /** Signed URL of what its release phase writes; `null` where it has none. */
  readonly output_stream_url: string | null;
  /** ISO 8601. */
  readonly created_at: string;
}

/** A call whose answer was lost may still be under way: it gets this long to show. */
const settleMilliseconds = 2_000;
/** A current release is among these, unless as many failed since. */
const searchedReleases = [10, 1000];

/** Lists an app's newest releases, the newest first; the platform gives a thousand at most. */
export function listReleases(
  client: HerokuClient,
  app: string,
  { newest }: { newest: number },
): Promise<readonly Release[]> {
  return client.call({
    method: 'GET',
    path: releasesOf(app),
    headers: { range: `version ..; max=${newest}, order=desc` },
    repeatable: true,
    list: true,
  });
}

/** Finds the release that an app runs now: not the newest one where that failed or is pending. */
export async function findCurrentRelease(
  client: HerokuClient,
  app: string,
): Promise<Release | undefined> {
  for (const newest of searchedReleases) {
    const releases = await listReleases(client, app, { newest });
    const current = releases.find((release) => release.current);
    if (current !== undefined || releases.length < newest) return current;
  }
  return undefined;
}

/** Reads a release as it is now. */
export function readRelease(client: HerokuClient, app: string, id: string): Promise<Release> {
  return client.call({
    method: 'GET',
    path: `${releasesOf(app)}/${encodeURIComponent(id)}`,
    repeatable: true,
    fields: ['id', 'version', 'status'],
  });
}

/**
 * Does what may make a release.
 * @returns the newest one that came with it, none where none did.
 */
export async function releaseMadeBy(
  client: HerokuClient,
  app: string,
  work: () => Promise<void>,
): Promise<Release | undefined> {
  const [before] = await listReleases(client, app, { newest: 1 });
  await work();
  const [after] = await listReleases(client, app, { newest: 1 });
  return after !== undefined && after.version > (before?.version ?? 0) ? after : undefined;
}

/** Releases a slug, exactly once; it may be one that was released before. */
export function createRelease(
  client: HerokuClient,
  app: string,
  release: { slug: string; description: string },
): Promise<Release> {
  return makeRelease(
    client,
    app,
    release,
    ({ slug, description }) => slug?.id === release.slug && description === release.description,
  );
}

/**
 * Goes back to the slug and the config vars of an earlier release, exactly once. That is a release
 * of its own, with a release phase where the slug has one.
 */
export function rollBack(client: HerokuClient, app: string, target: Release): Promise<Release> {
  return makeRelease(
    client,
    app,
    { release: target.id },
    ({ slug, description }) =>
      slug?.id === target.slug?.id &&
      // The platform's own words (https://devcenter.heroku.com/articles/releases).
      new RegExp(`^Rollback to v${target.version}\\b`).test(description),
  );
}

/**
 * Makes a release, exactly once: where the answer was lost, the releases that came since tell
 * whether the call was carried out. The oldest that fits is ours; a change of config vars has the
 * same slug, but is for something else.
 */
async function makeRelease(
  client: HerokuClient,
  app: string,
  body: Readonly<Record<string, string>>,
  isOurs: (release: Release) => boolean,
): Promise<Release> {
  const [newest] = await listReleases(client, app, { newest: 1 });
  return exactlyOnce(client, {
    question: 'whether the release was made',
    settleMilliseconds,
    make: () =>
      client.call<Release>({
        method: 'POST',
        path: releasesOf(app),
        repeatable: false,
        fields: ['id', 'version', 'status'],
        body,
      }),
    find: async () => (await listReleasesSince(client, app, newest)).findLast(isOurs),
  });
}

async function listReleasesSince(
  client: HerokuClient,
  app: string,
  before: Release | undefined,
): Promise<readonly Release[]> {
  const releases = await listReleases(client, app, { newest: 10 });
  return releases.filter(({ version }) => version > (before?.version ?? 0));
}

function releasesOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}/releases`;
}
