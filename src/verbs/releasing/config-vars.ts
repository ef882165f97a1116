import { changeConfigVars, readConfigVars } from '../../heroku/config-vars.ts';
import type { Release } from '../../heroku/releases.ts';
import type { Target } from './target.ts';

/** Config vars by name: what each is to be, `null` for gone. */
export type ConfigVarChanges = Readonly<Record<string, string | null>>;

/** Those of the wanted that really are a change for this app, and what they are now. */
export async function findChanges(
  { client, app }: Target,
  wanted: ConfigVarChanges,
): Promise<{ changes: ConfigVarChanges; before: ConfigVarChanges }> {
  if (Object.keys(wanted).length === 0) return { changes: {}, before: {} };
  const now = new Map(Object.entries(await readConfigVars(client, app.name)));
  const valueNow = (name: string) => now.get(name) ?? null;
  const changes = Object.entries(wanted).filter(([name, value]) => valueNow(name) !== value);
  return {
    changes: Object.fromEntries(changes),
    before: Object.fromEntries(changes.map(([name]) => [name, valueNow(name)])),
  };
}

/**
 * Makes the changes in one call, and names them: a value is nobody's business.
 * @param settle waits for the release that they make.
 */
export async function changeConfigVarsOf(
  { client, app, context }: Target,
  changes: ConfigVarChanges,
  settle: (started: Release) => Promise<void>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await context.reporter.phase(`Config vars of ${app.name}`, async () => {
    for (const line of describeChanges(changes)) context.reporter.info(line);
    const started = await changeConfigVars(client, app.name, changes);
    if (started !== undefined) await settle(started);
  });
}

/** A line for those that are set and one for those that are removed, with their names. */
export function describeChanges(changes: ConfigVarChanges): string[] {
  const names = Object.keys(changes).sort();
  const set = names.filter((name) => changes[name] !== null);
  const removed = names.filter((name) => changes[name] === null);
  return [
    ...(set.length > 0 ? [`Set: ${set.join(', ')}`] : []),
    ...(removed.length > 0 ? [`Removed: ${removed.join(', ')}`] : []),
  ];
}
