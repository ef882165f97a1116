import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { explain, type Target } from './dynos.ts';
import { formationOf } from './formation.ts';
import type { Platform } from './platform.ts';
import type { AppRecord, ReleaseRecord, State } from './state.ts';

/**
 * Begins what a pending release needs: its release phase, then its dynos in the place of the
 * current release's. It is done, and its final state is set, when the web dyno listens or has
 * crashed; the platform itself sets it a little sooner. Where the release phase or the making of
 * the dynos fails, so does the release, and the current one goes on running.
 */
export function carryOutRelease(platform: Platform, release: ReleaseRecord): void {
  if (release.status !== 'pending') return;
  platform.work
    .run(release.appId, () => carryOut(platform, release))
    .catch((error) => platform.appLog.fail(`release v${release.version}`, error));
}

/** Whether a command runs before the app's dynos are replaced. */
export function hasReleasePhase(state: State, release: ReleaseRecord): boolean {
  const slug = state.slugs.find(({ id }) => id === release.slugId);
  return (
    slug !== undefined &&
    Object.hasOwn(slug.processTypes, 'release') &&
    !release.withoutReleasePhase
  );
}

/**
 * The config vars that an app has: those of its newest release, but of one with a release phase only
 * when that has succeeded (heroku/cli, issue 3345).
 */
export function configVarsNow(state: State, app: AppRecord): Record<string, string> {
  const counts = (release: ReleaseRecord) =>
    release.status === 'succeeded' ||
    (release.status === 'pending' && !hasReleasePhase(state, release));
  const newest = state.releases.findLast((one) => one.appId === app.id && counts(one));
  return newest?.configVars ?? app.configVars;
}

async function carryOut(platform: Platform, release: ReleaseRecord): Promise<void> {
  const target = targetOf(platform.store.state, release);
  if (!target) return; // The app is gone.
  const name = `v${release.version}`;
  await platform.appLog.say(target.app, 'release', `${name}: ${release.description}`);
  try {
    await runReleasePhase(platform, target);
    await platform.dynos.replace(target);
  } catch (error) {
    await platform.appLog.say(target.app, 'release', `${name} failed: ${explain(error)}`);
    await platform.store.update((state) => setStatus(state, release, 'failed'));
    return;
  }
  await platform.store.update((state) => makeCurrent(state, target));
  await platform.appLog.say(target.app, 'release', `${name} succeeded`);
}

async function runReleasePhase(platform: Platform, target: Target): Promise<void> {
  if (!hasReleasePhase(platform.store.state, target.release)) return;
  const { id } = target.release;
  platform.releasePhases.add(id);
  const output = createWriteStream(platform.folder.releaseOutput(id));
  const written = finished(output);
  written.catch(() => {}); // Awaited at the end; until then a full disk must not end the server.
  try {
    // Its client follows it by the stream; whoever runs the server beside it would read it twice.
    const exitCode = await platform.dynos.runOnce(target, 'release', (line) =>
      output.write(`${line}\n`),
    );
    if (exitCode !== 0) throw new Error(`the release command ended with exit code ${exitCode}`);
  } finally {
    output.end();
    await written;
    platform.releasePhases.delete(id);
  }
}

function targetOf(state: State, release: ReleaseRecord): Target | undefined {
  const app = state.apps.find(({ id }) => id === release.appId);
  const slug = state.slugs.find(({ id }) => id === release.slugId);
  return app && slug && { app, release, slug, formation: formationOf(app, slug) };
}

function makeCurrent(state: State, { release, slug }: Target): void {
  setStatus(state, release, 'succeeded');
  const app = state.apps.find(({ id }) => id === release.appId);
  if (!app) return;
  const now = new Date().toISOString();
  app.currentReleaseId = release.id;
  app.configVars = configVarsNow(state, app);
  app.stack = slug.stack;
  app.formation = formationOf(app, slug);
  app.releasedAt = now;
  app.updatedAt = now;
}

function setStatus(state: State, { id }: ReleaseRecord, status: ReleaseRecord['status']): void {
  const release = state.releases.find((one) => one.id === id);
  if (!release) return;
  release.status = status;
  release.updatedAt = new Date().toISOString();
}

/** Releases that a server left pending when it ended: nothing will come of them. */
export function failInterruptedReleases(state: State): void {
  for (const release of state.releases) {
    if (release.status === 'pending') setStatus(state, release, 'failed');
  }
}
