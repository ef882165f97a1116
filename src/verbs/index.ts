import { defaultStack, parseStack } from '../heroku/stack.ts';
import type { Verb } from '../settings/definitions.ts';
import type { Outputs } from '../settings/outputs.ts';
import { build } from './build.ts';
import type { Context } from './context.ts';
import { init } from './init.ts';
import { release } from './release.ts';

/** What each verb does, for the doors to call by its name. */
const work: Readonly<Record<Verb, (context: Context) => Promise<Outputs>>> = {
  init: initOnly,
  build,
  release,
};

async function initOnly(context: Context): Promise<Outputs> {
  const stack = context.settings.stack ?? parseStack(defaultStack);
  const { platform, dockerfile } = await init(context, stack);
  return { ...(platform !== undefined && { platform }), dockerfile };
}

/** Runs the verb that the settings name and returns what it found out and made. */
export function runVerb(context: Context): Promise<Outputs> {
  return work[context.settings.command](context);
}
