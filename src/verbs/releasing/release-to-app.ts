import { ReleaseFailedError } from '../../heroku/final-release.ts';
import type { Release } from '../../heroku/releases.ts';
import type { AppOutcome } from '../report.ts';
import { createMissingAddOns, scaleFirstRelease } from './app-manifest.ts';
import type { Candidate } from './candidate.ts';
import { changeConfigVarsOf } from './config-vars.ts';
import { deliver } from './deliver.ts';
import { withDeployment } from './deployment.ts';
import { withWayBack } from './go-back.ts';
import { checkHealth } from './health-check.ts';
import { type Draft, untouched } from './outcome.ts';
import { isDone, type Plan, planRelease } from './plan.ts';
import { settleRelease } from './settle-release.ts';
import type { Target } from './target.ts';

/** Waits until a release that this run made is the app's current one. */
type Settle = (started: Release) => Promise<void>;

/**
 * Takes one app to its release, unless it runs the very same already: config vars, slug, release,
 * health check.
 * @returns what became of it, a failure included.
 * @throws what ends the run as a whole: its cancellation.
 */
export async function releaseToApp(target: Target, candidate: Candidate): Promise<AppOutcome> {
  const outcome = untouched(target.app);
  try {
    await carryOut(target, candidate, outcome);
  } catch (error) {
    target.context.signal.throwIfAborted();
    outcome.error = error as Error;
  }
  return outcome;
}

async function carryOut(target: Target, candidate: Candidate, outcome: Draft): Promise<void> {
  const plan = await planRelease(target, candidate);
  const { release } = plan.before;
  if (isDone(plan)) {
    Object.assign(outcome, { release, slugId: plan.storedId });
    target.context.reporter.info(
      `${target.app.name} runs this very slug already, as v${release?.version}: nothing to release`,
    );
    return;
  }
  await withDeployment(target, () =>
    withWayBack(target, plan.before, (own) =>
      change(target, candidate, plan, async (started) => {
        own.add(started.id);
        await settle(target, candidate, outcome, started);
      }),
    ),
  );
}

async function settle(
  target: Target,
  candidate: Candidate,
  outcome: Draft,
  started: Release,
): Promise<void> {
  Object.assign(outcome, { changed: true, release: started, slugId: started.slug?.id });
  try {
    outcome.release = await settleRelease(target, started, candidate.slug.processTypes['release']);
  } catch (error) {
    if (error instanceof ReleaseFailedError) outcome.release = error.release;
    throw error;
  }
}

async function change(
  target: Target,
  candidate: Candidate,
  plan: Plan,
  settle: Settle,
): Promise<void> {
  const { reporter, settings } = target.context;
  await changeConfigVarsOf(target, plan.changes, settle);
  if (settings.createAddOns) await createMissingAddOns(target, candidate.manifest, settle);
  if (plan.isReleasing) {
    const started = await deliver(target, candidate, plan.storedId);
    await reporter.phase(`Release to ${target.app.name}`, () => settle(started));
  }
  await scaleFirstRelease(target, candidate.manifest, plan.before);
  await checkHealth(target);
}
