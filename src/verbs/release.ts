import { findCommit } from '../app/commit.ts';
import { DeployError } from '../errors.ts';
import { type App, findApp } from '../heroku/apps.ts';
import { HerokuClient } from '../heroku/client.ts';
import { createRelease, type Release, waitForRelease } from '../heroku/releases.ts';
import { createSlugTicket, type NewSlug, uploadSlug } from '../heroku/slugs.ts';
import { parseStack, type Stack } from '../heroku/stack.ts';
import type { Outputs } from '../settings/outputs.ts';
import { type BuiltSlug, buildOutputs, buildSlug } from './build.ts';
import type { Context } from './context.ts';
import { withSlugPath } from './steps/slug-path.ts';

/** One app with the release that it got. */
interface AppRelease {
  readonly app: App;
  readonly slugId: string;
  readonly release: Release;
}

/**
 * Takes the app's folder to a running release: checks the apps while it builds the slug, uploads
 * that to each of them and releases it.
 */
export async function release(context: Context): Promise<Outputs> {
  const { settings } = context;
  const client = openClient(context);
  // A runner empties its temporary folder itself, so the job's next steps may have the slug.
  const keep = settings.dryRun || Boolean(context.environment['RUNNER_TEMP']);
  try {
    return await withSlugPath(settings, { keep }, async (path) => {
      const { apps, built } = await checkWhileBuilding(context, client, path);
      return {
        ...buildOutputs(context, built),
        ...((keep || settings.slugPath !== undefined) && { 'slug-path': path }),
        ...(await releaseToAll(context, client, apps, built)),
      };
    });
  } finally {
    await client.close();
  }
}

async function releaseToAll(
  context: Context,
  client: HerokuClient,
  apps: readonly App[],
  built: BuiltSlug,
): Promise<Outputs> {
  if (context.settings.dryRun) {
    context.reporter.info('Dry run: nothing was changed on Heroku');
    return {};
  }
  const slug = await describeSlug(context, built);
  const releases: AppRelease[] = [];
  for (const app of apps) releases.push(await releaseTo(context, client, app, slug, built));
  return releaseOutputs(releases);
}

function openClient({ settings, reporter, signal }: Context): HerokuClient {
  if (settings.apps.length === 0) {
    throw new DeployError(
      'No app to release to.',
      'Name it with the "app" setting or in HEROKU_APP; "heroku apps" lists yours.',
    );
  }
  if (settings.apiKey === undefined) {
    throw new DeployError(
      'No Heroku token.',
      'Give one with the "api-key" setting or in HEROKU_API_KEY; pull requests from forks have no secrets.',
    );
  }
  return new HerokuClient({
    url: settings.platformUrl,
    token: settings.apiKey,
    reporter,
    signal,
  });
}

/** Whichever of the two fails first ends the other, so that a wrong token does not wait for a build. */
async function checkWhileBuilding(context: Context, client: HerokuClient, path: string) {
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  const checks = checkApps(context, client);
  const stack = checks.then((checked) => checked.stack);
  stack.catch((error) => failure.abort(error));
  const built = await buildSlug({ ...context, signal }, context.settings.stack ?? stack, path);
  return { apps: (await checks).apps, built };
}

/** Token, app, generation and stack, by one cheap call for each app. */
async function checkApps(
  { settings, reporter }: Context,
  client: HerokuClient,
): Promise<{ apps: App[]; stack: Stack }> {
  const apps = await Promise.all(settings.apps.map((app) => findApp(client, app)));
  const stacks = new Set(apps.map((app) => app.buildStack));
  const [first = ''] = stacks;
  if (stacks.size > 1) {
    throw new DeployError(
      `The apps are on different stacks: ${apps.map((app) => `${app.name} on ${app.buildStack}`).join(', ')}.`,
      'Release to them in separate steps, or move them to one stack with heroku stack:set.',
    );
  }
  if (settings.stack !== undefined && settings.stack.name !== first) {
    throw new DeployError(
      `The slug is for ${settings.stack.name}, but ${apps.map((app) => app.name).join(', ')} builds on ${first}.`,
      `Leave "stack" out to follow the app, or move it: heroku stack:set ${settings.stack.name}`,
    );
  }
  for (const app of apps) reporter.info(`${app.name} can be released to; it builds on ${first}`);
  return { apps, stack: parseStack(first) };
}

async function describeSlug(context: Context, built: BuiltSlug): Promise<NewSlug> {
  const { settings, environment } = context;
  return {
    processTypes: built.processTypes,
    stack: built.stack.name,
    checksum: built.slug.checksum,
    commit: await findCommit(settings.workingDirectory, environment),
    description: `${built.platform ?? 'Dockerfile'} (heroku-docker-release)`,
  };
}

async function releaseTo(
  { reporter }: Context,
  client: HerokuClient,
  app: App,
  slug: NewSlug,
  built: BuiltSlug,
): Promise<AppRelease> {
  const ticket = await reporter.phase(`Upload to ${app.name}`, async () => {
    const created = await createSlugTicket(client, app.name, slug);
    await uploadSlug(client, created, built.slug);
    return created;
  });
  return reporter.phase(`Release to ${app.name}`, async () => {
    const started = await createRelease(client, app.name, {
      slug: ticket.id,
      description: slug.commit ? `Deploy ${slug.commit.id.slice(0, 8)}` : 'Deploy',
    });
    reporter.info(`Release v${started.version} is ${started.status}`);
    const finished = await waitForRelease(client, app.name, started);
    return { app, slugId: ticket.id, release: finished };
  });
}

function releaseOutputs(releases: readonly AppRelease[]): Outputs {
  const [first] = releases;
  if (first === undefined) return {};
  return {
    'slug-id': first.slugId,
    'release-id': first.release.id,
    'release-version': String(first.release.version),
    'release-status': first.release.status,
    ...(first.app.webUrl !== undefined && { 'web-url': first.app.webUrl }),
    releases: JSON.stringify(
      releases.map(({ app, slugId, release }) => ({
        app: app.name,
        id: release.id,
        version: release.version,
        status: release.status,
        slug: slugId,
        webUrl: app.webUrl ?? null,
      })),
    ),
  };
}
