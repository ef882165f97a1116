import { parseDockerfile } from '../../app/dockerfile.ts';
import { readProcessTypes } from '../../app/process-types.ts';
import type { ProcessTypes } from '../../app/procfile.ts';
import { defaultStack, parseStack, type Stack, stackOfImage } from '../../heroku/stack.ts';
import { asBuilt, openAppFolder } from '../../platforms/app-folder.ts';
import { detectPlatform, findPlatform } from '../../platforms/index.ts';
import { minimal } from '../../platforms/minimal.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Context } from '../context.ts';
import { writeDockerfile } from './write-dockerfile.ts';

/** What the app's folder tells before anything is built. */
export interface Source {
  /** Name of the detected platform; `undefined` where only the app's own Dockerfile knows. */
  readonly platform: string | undefined;
  readonly hasDockerfile: boolean;
  /** The app's process types. @throws DeployError where the Procfile does not parse, or there are none. */
  processTypes(): Promise<ProcessTypes>;
}

/**
 * Looks at the app's folder.
 * @throws DeployError where it has no Dockerfile, and no platform detects it.
 */
export function readSource({ settings }: Context): Source {
  const folder = openAppFolder(settings.workingDirectory);
  const hasDockerfile = folder.has(settings.dockerfile);
  const app = asBuilt(folder);
  const platform = (hasDockerfile ? findPlatform : detectPlatform)(app, settings.template);
  return {
    // A Procfile alone says nothing of the language that the app's own Dockerfile is for.
    platform: hasDockerfile && platform === minimal ? undefined : platform?.name,
    hasDockerfile,
    processTypes: () =>
      readProcessTypes(
        settings.workingDirectory,
        settings.procfile,
        () => platform?.defaultProcessTypes(app) ?? {},
      ),
  };
}

/** Writes the Dockerfile where the app has none, and says what there is to say of the stack. */
export async function prepareSource(context: Context, source: Source, stack: Stack): Promise<void> {
  const { reporter } = context;
  if (stack.warning !== undefined) reporter.warning(stack.warning);
  if (!source.hasDockerfile)
    await reporter.phase('Dockerfile', () => writeDockerfile(context, stack));
}

/** The stack where no app at Heroku is asked: the one that was named, else that of the image the build starts from. */
export function stackWithoutApp({ settings }: Context): Stack {
  if (settings.stack !== undefined) return settings.stack;
  const own = stackOfImage(stackImageOf(settings) ?? '');
  return parseStack(own ?? defaultStack);
}

function stackImageOf(settings: Settings): string | undefined {
  const { stackImage, buildArguments, workingDirectory, dockerfile } = settings;
  const text = openAppFolder(workingDirectory).read(dockerfile);
  if (text === undefined) return stackImage;
  const withStack = { ...(stackImage && { STACK_IMAGE: stackImage }), ...buildArguments };
  return parseDockerfile(text, withStack).baseImage;
}
