import { isDeepStrictEqual } from 'node:util';
import type { RequestedAddOn } from '../../app/app-json.ts';
import { findCurrentRelease } from '../../heroku/releases.ts';
import { readSlug, type Slug as StoredSlug } from '../../heroku/slugs.ts';
import { missingAddOns } from './app-manifest.ts';
import type { Candidate } from './candidate.ts';
import { type ConfigVarChanges, describeChanges, findChanges } from './config-vars.ts';
import type { Before } from './go-back.ts';
import type { Target } from './target.ts';

/** What is to be done to one app, and what it was before. */
export interface Plan {
  readonly before: Before;
  /** Of config vars; empty where all are what they are to be. */
  readonly changes: ConfigVarChanges;
  /** Id of the candidate's slug at Heroku, where the app runs it already. */
  readonly storedId: string | undefined;
  /** What the release phase of the slug that the app runs is, where it has one. */
  readonly releaseCommand: string | undefined;
  /** Whether the slug is to be released. */
  readonly isReleasing: boolean;
  /** Add-ons that are to be created. */
  readonly addOns: readonly RequestedAddOn[];
}

/** Looks what an app runs now, and what of the candidate is new to it. */
export async function planRelease(target: Target, candidate: Candidate): Promise<Plan> {
  const [{ release, slug }, { changes, before }, addOns] = await Promise.all([
    readCurrent(target),
    findChanges(target, candidate.configVars),
    target.context.settings.createAddOns ? missingAddOns(target, candidate.manifest) : [],
  ]);
  const storedId = slug && isSame(slug, candidate) ? slug.id : undefined;
  return {
    before: { release, configVars: before },
    changes,
    storedId,
    releaseCommand: slug?.processTypes['release'],
    addOns,
    isReleasing: storedId === undefined || target.context.settings.force,
  };
}

/** What an app runs, and what Heroku knows of its slug. */
async function readCurrent({ client, app }: Target) {
  const release = await findCurrentRelease(client, app.name);
  const slug = release?.slug ? await readSlug(client, app.name, release.slug.id) : undefined;
  return { release, slug };
}

/** Whether there is nothing to do. */
export function isDone({ changes, isReleasing, addOns }: Plan): boolean {
  return !isReleasing && Object.keys(changes).length === 0 && addOns.length === 0;
}

/** The plan in lines of the log, for a run that does not carry it out. */
export function describePlan({ before, changes, isReleasing, addOns }: Plan): string[] {
  const current = before.release === undefined ? 'nothing' : `v${before.release.version}`;
  return [
    isReleasing
      ? `Would be released; it runs ${current}`
      : `Runs this very slug already, as ${current}`,
    ...describeChanges(changes).map((line) => `Config vars that would change: ${line}`),
    ...addOns.map(({ plan }) => `Add-on that would be created: ${plan}`),
  ];
}

/** Whether a slug at Heroku is the file on this machine, to be run with the same commands. */
function isSame(stored: StoredSlug, { slug }: Candidate): boolean {
  return (
    stored.checksum === slug.checksum &&
    stored.stack === slug.stack &&
    isDeepStrictEqual({ ...stored.processTypes }, { ...slug.processTypes })
  );
}
