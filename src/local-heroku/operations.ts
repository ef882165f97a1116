import { request } from 'undici';
import { DeployError } from '../errors.ts';
import type { Release } from '../heroku/releases.ts';
import type { LocalHeroku } from './server.ts';

/** Where a local Heroku answers, and with which token. */
export type ServerAddress = Pick<LocalHeroku, 'url' | 'token'>;

/** An app of a local Heroku, for a list. */
export interface LocalApp {
  readonly name: string;
  readonly stack: string;
  /** Where its web dyno answers. */
  readonly webUrl: string;
  readonly release: LocalRelease;
  readonly dynos: readonly { readonly name: string; readonly state: string }[];
}

/** A release of such an app. */
export interface LocalRelease {
  readonly id: string;
  readonly version: number;
  readonly status: 'pending' | 'succeeded' | 'failed' | 'expired';
  readonly slug: { readonly id: string } | null;
  readonly current: boolean;
  readonly description: string;
  readonly eligible_for_rollback: boolean;
  readonly output_stream_url: string | null;
  readonly created_at: string;
}

interface AppAnswer {
  readonly name: string;
  readonly stack: { readonly name: string };
  readonly web_url: string;
}

interface DynoAnswer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** All apps, each with its current release and its dynos. */
export async function listLocalApps(server: ServerAddress): Promise<LocalApp[]> {
  const apps = await call<AppAnswer[]>(server, 'GET', '/apps');
  return Promise.all(apps.map((app) => describe(server, app)));
}

/**
 * Makes an app, unless it is there: a local Heroku costs nothing and has nobody else's apps.
 * @param stack its stack, where it is made.
 */
export async function ensureLocalApp(server: ServerAddress, name: string, stack?: string) {
  const apps = await call<AppAnswer[]>(server, 'GET', '/apps');
  if (apps.some((app) => app.name === name)) return;
  await call(server, 'POST', '/apps', { name, ...(stack !== undefined && { stack }) });
}

/** What an app's dynos wrote and what the platform says about it, a line each. */
export async function readLocalLogs(server: ServerAddress, app: string): Promise<string[]> {
  const path = `/apps/${encodeURIComponent(app)}/log-sessions`;
  const session = await call<{ logplex_url: string }>(server, 'POST', path, {});
  const answer = await request(session.logplex_url);
  return (await answer.body.text()).split('\n').filter((line) => line !== '');
}

/**
 * Goes back to a release: the last one before the current one that can be gone back to, or the one
 * that is named.
 * @returns the new release, pending still.
 * @throws DeployError where there is none to go back to.
 */
export async function rollBackLocalApp(
  server: ServerAddress,
  app: string,
  version?: number,
): Promise<Release> {
  const path = `/apps/${encodeURIComponent(app)}/releases`;
  const releases = await listReleases(server, path);
  const target = version === undefined ? previous(releases) : byVersion(releases, version);
  if (!target) {
    throw new DeployError(
      `The app ${app} has no ${version === undefined ? 'earlier release' : `release v${version}`} to go back to.`,
      'heroku-docker local list shows the current release; a release that failed cannot be gone back to.',
    );
  }
  return call(server, 'POST', path, { release: target.id });
}

/** Stops the dynos of an app until its next release. */
export async function stopLocalDynos(server: ServerAddress, app: string): Promise<void> {
  const path = `/apps/${encodeURIComponent(app)}/dynos`;
  const dynos = await call<DynoAnswer[]>(server, 'GET', path);
  await Promise.all(dynos.map(({ id }) => call(server, 'POST', `${path}/${id}/actions/stop`, {})));
}

/** Removes an app with its dynos, releases and slugs. */
export async function destroyLocalApp(server: ServerAddress, app: string): Promise<void> {
  await call(server, 'DELETE', `/apps/${encodeURIComponent(app)}`);
}

async function describe(server: ServerAddress, app: AppAnswer): Promise<LocalApp> {
  const path = `/apps/${encodeURIComponent(app.name)}`;
  const [releases, dynos] = await Promise.all([
    listReleases(server, `${path}/releases`),
    call<DynoAnswer[]>(server, 'GET', `${path}/dynos`),
  ]);
  const current = releases.find((release) => release.current);
  if (!current) throw new Error(`${app.name} has no current release`);
  return { name: app.name, stack: app.stack.name, webUrl: app.web_url, release: current, dynos };
}

/** The newest ones, the newest first. */
function listReleases(server: ServerAddress, path: string): Promise<LocalRelease[]> {
  return call(server, 'GET', path, undefined, { range: 'version ..; max=1000, order=desc' });
}

function previous(releases: readonly LocalRelease[]): LocalRelease | undefined {
  const current = releases.find((release) => release.current);
  return releases.find(
    (release) => release.eligible_for_rollback && release.version < (current?.version ?? 0),
  );
}

function byVersion(releases: readonly LocalRelease[], version: number) {
  return releases.find((release) => release.eligible_for_rollback && release.version === version);
}

async function call<Answer>(
  { url, token }: ServerAddress,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: Readonly<Record<string, unknown>>,
  headers?: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await request(`${url}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${token}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body ? JSON.stringify(body) : null,
  });
  const json = await answer.body.json();
  if (answer.statusCode < 300) return json as Answer;
  throw new DeployError(
    `The local Heroku refuses ${method} ${path}: ${(json as { message: string }).message}`,
    'heroku-docker local list shows the apps there are.',
  );
}
