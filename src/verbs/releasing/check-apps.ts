import type { AppManifest } from '../../app/app-json.ts';
import { DeployError } from '../../errors.ts';
import { type App, findApp } from '../../heroku/apps.ts';
import type { HerokuClient } from '../../heroku/client.ts';
import { parseStack, type Stack } from '../../heroku/stack.ts';
import type { Context } from '../context.ts';
import { checkManifest } from './app-manifest.ts';
import type { ConfigVarChanges } from './config-vars.ts';
import { healthCheckUrl } from './health-check.ts';
import type { Target } from './target.ts';

/** What an app is checked against before anything is built for it. */
export interface Wishes {
  readonly configVars: ConfigVarChanges;
  readonly manifest: AppManifest | undefined;
}

/** Token, app, generation and stack, what `app.json` asks for, and where the health check leads. */
export async function checkApps(
  context: Context,
  client: HerokuClient,
  { configVars, manifest }: Wishes,
): Promise<{ targets: Target[]; stack: Stack }> {
  const { settings, reporter } = context;
  const apps = await Promise.all(settings.apps.map((app) => findApp(client, app)));
  const stack = commonStack(context, apps);
  const targets = apps.map((app) => ({ app, context, client }));
  await Promise.all(
    targets.map(async (target) => {
      if (settings.healthCheck !== undefined) healthCheckUrl(target.app, settings.healthCheck);
      if (manifest !== undefined) await checkManifest(target, manifest, configVars);
      reporter.info(`${target.app.name} can be released to; it builds on ${stack.name}`);
    }),
  );
  return { targets, stack };
}

/** @throws DeployError where they are on several, or on another than the one that was asked for. */
function commonStack({ settings }: Context, apps: readonly App[]): Stack {
  const [first = '', ...others] = new Set(apps.map((app) => app.buildStack));
  if (others.length > 0) {
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
  return parseStack(first);
}
