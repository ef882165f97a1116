import { readAppManifest } from '../app/app-json.ts';
import { findCommit } from '../app/commit.ts';
import { DeployError } from '../errors.ts';
import { HerokuClient } from '../heroku/client.ts';
import type { NewSlug } from '../heroku/slugs.ts';
import { type BuiltSlug, buildSlug } from './build.ts';
import type { Context } from './context.ts';
import type { Candidate } from './releasing/candidate.ts';
import { checkApps, type Wishes } from './releasing/check-apps.ts';
import { describePlan, planRelease } from './releasing/plan.ts';
import { releaseToAll } from './releasing/release-to-all.ts';
import type { Target } from './releasing/target.ts';
import { missingToken } from './steps/missing-token.ts';
import { withSlugPath } from './steps/slug-path.ts';
import { afterSmokeTest } from './steps/smoke-test.ts';
import { readConfigVarChanges } from './steps/variables.ts';
import { whileChecking } from './steps/while-checking.ts';

/**
 * Takes the app's folder to a running release: checks the apps while it builds the slug, uploads
 * that to each of them and releases it.
 */
export async function release(context: Context): Promise<void> {
  const { settings, report } = context;
  const client = openClient(context);
  const wishes = await readWishes(context);
  // A runner empties its temporary folder itself, so the job's next steps may have the slug.
  const keep = settings.dryRun || Boolean(context.environment['RUNNER_TEMP']);
  try {
    await withSlugPath(settings, { keep }, async (path) => {
      const { targets, built } = await checkWhileBuilding(context, client, wishes, path);
      await afterSmokeTest(context, built, async () => {
        if (keep || settings.slugPath !== undefined) report.add({ 'slug-path': path });
        const candidate = { ...wishes, slug: await describeSlug(context, built), file: built.slug };
        if (settings.dryRun) await dryRun(context, targets, candidate);
        else await releaseToAll(context, targets, candidate);
      });
    });
  } finally {
    await client.close();
  }
}

function openClient({ settings, reporter, signal, environment }: Context): HerokuClient {
  if (settings.apps.length === 0) {
    throw new DeployError(
      'No app to release to.',
      'Name it with the "app" setting or in HEROKU_APP; "heroku apps" lists yours.',
    );
  }
  if (settings.apiKey === undefined) {
    throw missingToken(environment);
  }
  return new HerokuClient({
    url: settings.platformUrl,
    token: settings.apiKey,
    reporter,
    signal,
  });
}

async function readWishes(context: Context): Promise<Wishes> {
  const [configVars, manifest] = await Promise.all([
    readConfigVarChanges(context),
    readAppManifest(context.settings.workingDirectory),
  ]);
  return { configVars, manifest };
}

async function checkWhileBuilding(
  context: Context,
  client: HerokuClient,
  wishes: Wishes,
  path: string,
) {
  const checks = checkApps(context, client, wishes);
  const [{ targets }, built] = await whileChecking(
    context,
    () => checks,
    (joined) =>
      buildSlug(joined, {
        path,
        stack: async () => context.settings.stack ?? (await checks).stack,
        target: async () => (await checks).targets[0],
      }),
  );
  return { targets, built };
}

async function dryRun(
  { reporter }: Context,
  targets: readonly Target[],
  candidate: Candidate,
): Promise<void> {
  reporter.info('Dry run: nothing was changed on Heroku');
  for (const target of targets) {
    for (const line of describePlan(await planRelease(target, candidate))) {
      reporter.info(`${target.app.name}: ${line}`);
    }
  }
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
