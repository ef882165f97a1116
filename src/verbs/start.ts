import type { ProcessTypes } from '../app/procfile.ts';
import { connectEngine } from '../docker/engine.ts';
import { DeployError } from '../errors.ts';
import type { Context } from './context.ts';
import { AppProcesses, type ProcessType } from './processes/app-process.ts';
import { startInBackground } from './processes/background.ts';
import { runInForeground } from './processes/foreground.ts';
import { imageOutputs } from './steps/image-outputs.ts';
import { buildImages } from './steps/images.ts';
import { prepareSource, readSource, stackWithoutApp } from './steps/source.ts';
import { readVariables } from './steps/variables.ts';

/**
 * Runs process types of the app in its image: in the foreground where there is a terminal, until
 * Ctrl-C; else in the background, where they go on when the run has ended.
 */
export async function start(context: Context): Promise<void> {
  const source = readSource(context);
  const processTypes = await source.processTypes();
  const chosen = chooseProcessTypes(context.settings.run, processTypes);
  const [engine, variables] = await Promise.all([connectEngine(), readVariables(context)]);
  const stack = stackWithoutApp(context);
  await prepareSource(context, source, stack);
  const images = await buildImages(context, engine, stack);
  const processes = new AppProcesses({ context, engine, image: images.app, variables });
  if (context.terminal !== undefined) {
    await runInForeground(context, processes, chosen);
    return; // Nothing that outputs could tell of is there any more.
  }
  const { settings, report } = context;
  report.add(imageOutputs(settings, { platform: source.platform, images, processTypes }));
  report.add(await startInBackground(context, processes, chosen));
}

/**
 * The process types that are to run, in the order in which they were asked for.
 * @param run their names, one a line; `web` where there is none.
 * @throws DeployError where the app has no such process type.
 */
export function chooseProcessTypes(run: string, processTypes: ProcessTypes): ProcessType[] {
  const names = run.split('\n').map((line) => line.trim());
  const asked = new Set(names.filter((name) => name !== ''));
  return [...(asked.size === 0 ? ['web'] : asked)].map((name) => {
    const command = Object.hasOwn(processTypes, name) ? processTypes[name] : undefined;
    if (command !== undefined) return { name, command };
    throw new DeployError(
      `The app has no process type "${name}".`,
      `Name one of those that it has with "run": ${Object.keys(processTypes).join(', ')}.`,
    );
  });
}
