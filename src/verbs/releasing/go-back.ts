import { DeployError, messageOf } from '../../errors.ts';
import { changeConfigVars } from '../../heroku/config-vars.ts';
import { findCurrentRelease, listReleases, type Release, rollBack } from '../../heroku/releases.ts';
import type { ConfigVarChanges } from './config-vars.ts';
import { settleRelease } from './settle-release.ts';
import type { Target } from './target.ts';

/** What an app was before a run changed it. */
export interface Before {
  /** Its current release; absent where it never had one. */
  readonly release: Release | undefined;
  /** What the config vars that the run changes were. */
  readonly configVars: ConfigVarChanges;
}

/** A runner that was told to cancel the job waits for some seconds only. */
const graceMilliseconds = 5_000;

/**
 * Does what changes an app. Where that fails, the app is taken back to what it was, if the run is to
 * do so; the failure stays one, and says what came of it.
 * @param work is given a set for the ids of the releases that it makes.
 */
export async function withWayBack(
  target: Target,
  before: Before,
  work: (own: Set<string>) => Promise<void>,
): Promise<void> {
  const own = new Set<string>();
  try {
    await work(own);
  } catch (error) {
    const { settings, signal, reporter } = target.context;
    if (signal.aborted) {
      if (settings.rollback) await tryToLeaveConfigVars(target, before);
      throw error;
    }
    if (settings.rollback) reporter.info(messageOf(error)); // Else it is not said until all is over.
    const outcome = settings.rollback ? await tryToGoBack(target, before, own) : staying(before);
    if (outcome === undefined) throw error;
    reporter.info(outcome);
    throw told(error, outcome);
  }
}

async function tryToLeaveConfigVars(target: Target, before: Before): Promise<void> {
  try {
    await leaveConfigVarsAsTheyWere(target, before);
  } catch (error) {
    target.context.reporter.warning(`The config vars were not put back: ${messageOf(error)}`);
  }
}

async function tryToGoBack(target: Target, before: Before, own: ReadonlySet<string>) {
  try {
    return await goBack(target, before, own);
  } catch (error) {
    target.context.signal.throwIfAborted();
    return `The rollback failed: ${messageOf(error)}`;
  }
}

/** Takes the app back, slug and config vars, and waits for that. Tells in a sentence what came of it. */
async function goBack(target: Target, before: Before, own: ReadonlySet<string>): Promise<string> {
  const { client, app, context } = target;
  const current = await findCurrentRelease(client, app.name);
  if (current === undefined || current.id === before.release?.id) return unchanged(before);
  // What somebody else has released since stays.
  if (!own.has(current.id)) {
    return `v${current.version} came from elsewhere meanwhile, so nothing was rolled back.`;
  }
  const { release } = before;
  if (!release?.eligible_for_rollback) return putBack(target, before);
  return context.reporter.phase(`Rollback of ${app.name}`, async () => {
    const done = await settleRelease(target, await rollBack(client, app.name, release));
    return `Rolled back: v${release.version} runs again, as v${done.version}.`;
  });
}

/** Where there is nothing to go back to, at least the config vars are what they were. */
async function putBack(target: Target, { release, configVars }: Before): Promise<string> {
  const why = release
    ? `v${release.version} cannot be gone back to`
    : 'there is no release to go back to';
  if (Object.keys(configVars).length === 0) return `Not rolled back: ${why}.`;
  const started = await changeConfigVars(target.client, target.app.name, configVars);
  if (started !== undefined) await settleRelease(target, started);
  return `Not rolled back: ${why}; the config vars are what they were.`;
}

/**
 * A run that is cancelled before its slug was released puts its config vars back, without waiting for
 * more than that: they are of no use to the slug that runs. Once it is released, Heroku goes on alone.
 */
async function leaveConfigVarsAsTheyWere(
  { client, app, context }: Target,
  { release, configVars }: Before,
): Promise<void> {
  if (Object.keys(configVars).length === 0) return;
  const hurried = client.withSignal(AbortSignal.timeout(graceMilliseconds));
  const [newest] = await listReleases(hurried, app.name, { newest: 1 });
  if (newest?.slug?.id !== release?.slug?.id) return;
  await changeConfigVars(hurried, app.name, configVars);
  context.reporter.info(`The config vars of ${app.name} are what they were`);
}

function unchanged({ release }: Before): string {
  return release === undefined
    ? 'The app has no release, as before.'
    : `v${release.version} goes on running.`;
}

/** What a failed run leaves where it is not to be undone. */
function staying({ configVars }: Before): string | undefined {
  const names = Object.keys(configVars);
  if (names.length === 0) return undefined;
  return `The config vars ${names.join(', ')} stay changed ("rollback: true" puts them back).`;
}

function told(error: unknown, outcome: string): unknown {
  if (!(error instanceof DeployError)) return error;
  const { message, remedy, location, exitCode } = error;
  return new DeployError(`${message}\n${outcome}`, remedy, {
    cause: error,
    ...(location && { location }),
    exitCode,
  });
}
