import { type AppManifest, appJsonName, type RequestedAddOn } from '../../app/app-json.ts';
import { DeployError } from '../../errors.ts';
import { createAddOn, listAddOns, waitForAddOn } from '../../heroku/add-ons.ts';
import { readConfigVars } from '../../heroku/config-vars.ts';
import { scale } from '../../heroku/formation.ts';
import { type Release, releaseMadeBy } from '../../heroku/releases.ts';
import type { ConfigVarChanges } from './config-vars.ts';
import type { Before } from './go-back.ts';
import type { Target } from './target.ts';

/**
 * Checks that an app has what `app.json` says it needs, before anything is built for it.
 * @param wanted the config vars that the run is to change.
 * @throws DeployError where a required config var is missing; an add-on that is gets a warning.
 */
export async function checkManifest(
  target: Target,
  manifest: AppManifest,
  wanted: ConfigVarChanges,
): Promise<void> {
  await checkVariables(target, manifest, wanted);
  const missing = await missingAddOns(target, manifest);
  const { reporter, settings } = target.context;
  if (settings.createAddOns) return;
  for (const { plan, line } of missing) {
    reporter.warning(
      `${target.app.name} has no add-on ${serviceOf(plan)}, which app.json names: heroku addons:create ${plan} --app ${target.app.name}, or set "create-addons".`,
      { file: appJsonName, line },
    );
  }
}

async function checkVariables(
  { client, app }: Target,
  { env }: AppManifest,
  wanted: ConfigVarChanges,
): Promise<void> {
  const required = env.filter((variable) => variable.required);
  if (required.length === 0) return;
  const present = { ...(await readConfigVars(client, app.name)), ...wanted };
  const missing = required.filter(({ name }) => (present[name] ?? null) === null);
  const [first] = missing;
  if (first === undefined) return;
  const names = missing.map(({ name }) => name).join(', ');
  throw new DeployError(
    `${app.name} lacks config vars that app.json requires: ${names}.`,
    `Set them with "config-vars" or heroku config:set --app ${app.name}, or say there that they are not required.`,
    { location: { file: appJsonName, line: first.line } },
  );
}

/**
 * Creates add-ons, one after the other, each with its config vars.
 * @param settle waits for a release that one of them makes.
 */
export async function createAddOns(
  { client, app, context }: Target,
  addOns: readonly RequestedAddOn[],
  settle: (started: Release) => Promise<void>,
): Promise<void> {
  if (addOns.length === 0) return;
  await context.reporter.phase(`Add-ons of ${app.name}`, async () => {
    for (const addOn of addOns) {
      const started = await releaseMadeBy(client, app.name, async () => {
        const created = await createAddOn(client, app.name, addOn);
        const { name, plan } = await waitForAddOn(client, app.name, created);
        context.reporter.info(`Created ${name} (${plan})`);
      });
      if (started !== undefined) await settle(started);
    }
  });
}

/** Scales an app as `app.json` says, where it is to be done and the app ran nothing before. */
export async function scaleFirstRelease(
  { client, app, context }: Target,
  manifest: AppManifest | undefined,
  before: Before,
): Promise<void> {
  const isFirst = before.release?.slug == null;
  const updates = manifest?.formation ?? [];
  if (!context.settings.applyFormation || !isFirst || updates.length === 0) return;
  await context.reporter.phase(`Formation of ${app.name}`, async () => {
    await scale(client, app.name, updates);
    for (const { type, quantity, size } of updates) {
      context.reporter.info([type, quantity, size].filter((part) => part !== undefined).join(' '));
    }
  });
}

/** The add-ons that `app.json` names and an app does not have. */
export async function missingAddOns(
  { client, app }: Target,
  manifest: AppManifest | undefined,
): Promise<readonly RequestedAddOn[]> {
  const addOns = manifest?.addOns ?? [];
  if (addOns.length === 0) return [];
  const services = new Set((await listAddOns(client, app.name)).map(({ plan }) => serviceOf(plan)));
  return addOns.filter(({ plan }) => !services.has(serviceOf(plan)));
}

/** `heroku-postgresql` of `heroku-postgresql:essential-0`: any plan of it will do. */
function serviceOf(plan: string): string {
  return plan.replace(/:.*/, '');
}
