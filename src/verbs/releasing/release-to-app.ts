import { ReleaseFailedError } from '../../heroku/final-release.ts';
import type { Release } from '../../heroku/releases.ts';
import type { AppOutcome } from '../report.ts';
import { createAddOns, scaleFirstRelease } from './app-manifest.ts';
import type { Candidate } from './candidate.ts';
import { changeConfigVarsOf } from './config-vars.ts';
import { deliver } from './deliver.ts';
import { withDeployment } from './deployment.ts';
import { type Trail, withWayBack } from './go-back.ts';
import { checkHealth } from './health-check.ts';
import { type Draft, untouched } from './outcome.ts';
import { isDone, type Plan, planRelease } from './plan.ts';
import { settleRelease } from './settle-release.ts';
import type { Target } from './target.ts';

/**
 * Waits until a release that this run made is the app's current one.
 * @param command what its release phase runs.
 */
type Settle = (started: Release, command: string | undefined) => Promise<void>;

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
  // Config vars and add-ons need not make another.
  if (!plan.isReleasing) Object.assign(outcome, { release, slugId: plan.storedId });
  if (isDone(plan)) {
    target.context.reporter.info(
      `${target.app.name} runs this very slug already, as v${release?.version}: nothing to release`,
    );
    // Perhaps an earlier run made that release, and failed since it is not well.
    await checkHealth(target);
    return;
  }
  await withDeployment(target, () =>
    withWayBack(target, plan.before, (trail) =>
      change(target, candidate, plan, trail, async (started, command) => {
        trail.releases.add(started.id);
        await settle(target, outcome, started, command);
      }),
    ),
  );
}

async function settle(
  target: Target,
  outcome: Draft,
  started: Release,
  command: string | undefined,
): Promise<void> {
  Object.assign(outcome, { changed: true, release: started, slugId: started.slug?.id });
  try {
    outcome.release = await settleRelease(target, started, command);
  } catch (error) {
    if (error instanceof ReleaseFailedError) outcome.release = error.release;
    throw error;
  }
}

async function change(
  target: Target,
  candidate: Candidate,
  plan: Plan,
  trail: Trail,
  settle: Settle,
): Promise<void> {
  const { reporter } = target.context;
  // The upload comes first, so that what runs now has the new slug's config vars for a moment only.
  const begin = plan.isReleasing ? await deliver(target, candidate, plan.storedId) : undefined;
  const settleOther = (started: Release) => settle(started, plan.releaseCommand);
  trail.hasChangedConfigVars = Object.keys(plan.changes).length > 0;
  await changeConfigVarsOf(target, plan.changes, settleOther);
  await createAddOns(target, plan.addOns, settleOther);
  if (begin !== undefined) {
    const started = await begin();
    const command = candidate.slug.processTypes['release'];
    await reporter.phase(`Release to ${target.app.name}`, () => settle(started, command));
  }
  await scaleFirstRelease(target, candidate.manifest, plan.before);
  await checkHealth(target);
}
