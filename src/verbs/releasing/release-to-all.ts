import pLimit from 'p-limit';
import { DeployError, messageOf } from '../../errors.ts';
import { PrefixedReporter } from '../../prefixed-reporter.ts';
import type { Outputs } from '../../settings/outputs.ts';
import type { Context } from '../context.ts';
import type { AppOutcome } from '../report.ts';
import type { Candidate } from './candidate.ts';
import { untouched } from './outcome.ts';
import { releaseToApp } from './release-to-app.ts';
import type { Target } from './target.ts';

/**
 * Releases one slug to every app, several at once. What fails for one app does not keep the others
 * from theirs; with `promote` the first one goes ahead, and the others follow only if it went well.
 * What became of each is in the context's report.
 * @throws DeployError where any failed, after all have ended.
 */
export async function releaseToAll(
  context: Context,
  targets: readonly Target[],
  candidate: Candidate,
): Promise<void> {
  const outcomes = context.settings.promote
    ? await oneThenOthers(context, targets, candidate)
    : await sideBySide(context, targets, candidate);
  context.signal.throwIfAborted();
  context.report.apps = outcomes;
  context.report.add(releaseOutputs(outcomes));
  refuseFailed(outcomes);
}

/** Ends when the last one has: one that is cancelled may have config vars to put back yet. */
async function sideBySide(
  context: Context,
  targets: readonly Target[],
  candidate: Candidate,
): Promise<AppOutcome[]> {
  const atOnce = pLimit(context.settings.parallel);
  const ended = await Promise.allSettled(
    targets.map((target) =>
      atOnce(() => releaseToApp(targets.length > 1 ? named(target) : target, candidate)),
    ),
  );
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function oneThenOthers(
  context: Context,
  [first, ...others]: readonly Target[],
  candidate: Candidate,
): Promise<AppOutcome[]> {
  if (first === undefined) return [];
  const outcome = await releaseToApp(first, candidate);
  const { error, release } = outcome;
  if (error === undefined && release !== undefined) {
    const following = { ...candidate, promoteFrom: { app: first.app, releaseId: release.id } };
    return [outcome, ...(await sideBySide(context, others, following))];
  }
  return [outcome, ...others.map((target) => notPromoted(target, first))];
}

function named({ app, context, client }: Target): Target {
  const reporter = new PrefixedReporter(context.reporter, app.name);
  return { app, context: { ...context, reporter }, client: client.withReporter(reporter) };
}

function notPromoted({ app }: Target, first: Target): AppOutcome {
  return {
    ...untouched(app),
    error: new DeployError(
      `Nothing was promoted, since ${first.app.name} comes first and failed.`,
      'Mend that, and run again.',
    ),
  };
}

function refuseFailed(outcomes: readonly AppOutcome[]): void {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first?.error === undefined) return;
  if (outcomes.length === 1) throw first.error;
  const unexpected = failed.find(({ error }) => !(error instanceof DeployError));
  if (unexpected !== undefined) throw unexpected.error;
  throw new DeployError(
    `${failed.length} of ${outcomes.length} apps failed:\n${failed.map(({ app, error }) => `${app}: ${messageOf(error)}`).join('\n')}`,
    failed.map(({ app, error }) => `${app}: ${(error as DeployError).remedy}`).join('\n'),
    { cause: first.error },
  );
}

function releaseOutputs(outcomes: readonly AppOutcome[]): Outputs {
  const [first] = outcomes;
  if (first === undefined) return {};
  const { slugId, release, webUrl } = first;
  return {
    ...(slugId !== undefined && { 'slug-id': slugId }),
    ...(release !== undefined && {
      'release-id': release.id,
      'release-version': String(release.version),
      'release-status': release.status,
    }),
    ...(webUrl !== undefined && { 'web-url': webUrl }),
    changed: String(outcomes.some(({ changed }) => changed)),
    releases: JSON.stringify(outcomes.map(describe)),
  };
}

function describe({ app, changed, slugId, release, webUrl, error }: AppOutcome) {
  return {
    app,
    changed,
    id: release?.id ?? null,
    version: release?.version ?? null,
    status: release?.status ?? null,
    slug: slugId ?? null,
    webUrl: webUrl ?? null,
    error: error === undefined ? null : messageOf(error),
  };
}
