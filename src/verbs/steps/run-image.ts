import { ensureImage, type Image } from '../../docker/image.ts';
import { type Stack, stackImages, stackOfImage } from '../../heroku/stack.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Context } from '../context.ts';

/**
 * Makes sure that the image that dynos boot on is in the engine.
 * @throws DeployError where it cannot be had.
 */
export function ensureRunImage(
  { settings, reporter, signal }: Pick<Context, 'settings' | 'reporter' | 'signal'>,
  stack: Stack,
): Promise<Image> {
  return ensureImage(runImageName(settings, stack), {
    pull: settings.pull,
    setting: 'run-image',
    signal,
    onLine: (line) => reporter.output(line),
  });
}

/** The run image: as it was asked for, else beside the stack image on the same mirror, else Heroku's own. */
export function runImageName(
  { runImage, stackImage }: Pick<Settings, 'runImage' | 'stackImage'>,
  stack: Stack,
): string {
  if (runImage !== undefined) return runImage;
  const isMirrored = stackImage !== undefined && stackOfImage(stackImage) === stack.name;
  return isMirrored
    ? stackImage.replace(/@.*$/, '').replace(/-build(?=[._]|$)/, '')
    : stackImages(stack).run;
}
