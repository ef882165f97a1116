import { DeployError, messageOf } from '../../errors.ts';
import { changeConfigVars } from '../../heroku/config-vars.ts';
import { PlatformError } from '../../heroku/platform-error.ts';
import {
  findCurrentRelease,
  listReleases,
  type Release,
  readRelease,
  rollBack,
} from '../../heroku/releases.ts';
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

/** What a run has done to an app so far. */
export interface Trail {
  /** Ids of the releases that it made. */
  readonly releases: Set<string>;
  /** Also where it is not known whether the change was made. */
  hasChangedConfigVars: boolean;
}

/** A runner that was told to cancel the job waits for some seconds only, and GitHub is told after this. */
const graceMilliseconds = 3_500;

/**
 * Does what changes an app. Where that fails, the app is taken back to what it was, if the run is to
 * do so; the failure stays one, and says what came of it.
 * @param work tells in the trail what it does.
 */
export async function withWayBack(
  target: Target,
  before: Before,
  work: (trail: Trail) => Promise<void>,
): Promise<void> {
  const trail: Trail = { releases: new Set(), hasChangedConfigVars: false };
  try {
    await work(trail);
  } catch (error) {
    const { settings, signal, reporter } = target.context;
    if (signal.aborted) {
      if (settings.rollback && trail.hasChangedConfigVars)
        await tryToLeaveConfigVars(target, before);
      throw error;
    }
    if (settings.rollback) reporter.info(messageOf(error)); // Else it is not said until all is over.
    const outcome = settings.rollback
      ? await tryToGoBack(target, before, trail.releases)
      : staying(before, trail);
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
  const { client, app } = target;
  const pending = await findPending(target, own);
  if (pending !== undefined) {
    return `v${pending.version} is still pending and may yet run, so nothing was rolled back.`;
  }
  const current = await findCurrentRelease(client, app.name);
  if (current === undefined || current.id === before.release?.id) return unchanged(before);
  // What somebody else has released since stays.
  if (!own.has(current.id)) {
    return `v${current.version} came from elsewhere meanwhile, so nothing was rolled back.`;
  }
  if (before.release === undefined) {
    return putBack(target, before, 'there is no release to go back to');
  }
  return goBackTo(target, before, before.release);
}

/** One of this run's releases whose end nobody knows yet, as when it took longer than the run waits. */
async function findPending(
  { client, app }: Target,
  own: ReadonlySet<string>,
): Promise<Release | undefined> {
  const releases = await listReleases(client, app.name, { newest: own.size + 1 });
  return releases.find(({ id, status }) => own.has(id) && status === 'pending');
}

async function goBackTo(target: Target, before: Before, release: Release): Promise<string> {
  const { client, app, context } = target;
  // Asked again: Heroku throws old slugs away, and a release phase may have taken an hour.
  const { eligible_for_rollback, slug } = await readRelease(client, app.name, release.id);
  if (!eligible_for_rollback || slug === null) {
    return putBack(target, before, `v${release.version} cannot be gone back to`);
  }
  return context.reporter.phase(`Rollback of ${app.name}`, async () => {
    const started = await rollBack(client, app.name, release).catch(refusalOf);
    if (started instanceof PlatformError) {
      const why = `v${release.version} cannot be gone back to: ${started.message}`;
      return putBack(target, before, why);
    }
    const done = await settleRelease(target, started);
    return `Rolled back: v${release.version} runs again, as v${done.version}.`;
  });
}

/** The platform's no; any other trouble is thrown on. */
function refusalOf(error: unknown): PlatformError {
  if (error instanceof PlatformError && error.status < 500) return error;
  throw error;
}

/** Where there is nothing to go back to, at least the config vars are what they were. */
async function putBack(target: Target, { configVars }: Before, why: string): Promise<string> {
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
function staying({ configVars }: Before, trail: Trail): string | undefined {
  if (!trail.hasChangedConfigVars) return undefined;
  return `The config vars ${Object.keys(configVars).join(', ')} stay changed ("rollback: true" puts them back).`;
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
