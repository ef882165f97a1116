import type { Verb } from '../settings/definitions.ts';
import { build } from './build.ts';
import { clean } from './clean.ts';
import type { Context } from './context.ts';
import { exec } from './exec.ts';
import { init } from './init.ts';
import { release } from './release.ts';
import { start } from './start.ts';

/** What each verb does, for the doors to call by its name. */
const work: Readonly<Record<Verb, (context: Context) => Promise<void>>> = {
  init,
  build,
  start,
  exec,
  release,
  clean,
};

/** Runs the verb that the settings name; what it found out and made is in the context's report. */
export function runVerb(context: Context): Promise<void> {
  return work[context.settings.command](context);
}
