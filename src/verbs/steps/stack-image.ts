import type { Dockerfile } from '../../app/dockerfile.ts';
import type { Image } from '../../docker/image.ts';
import { DeployError } from '../../errors.ts';
import { type Stack, stackImages, stackOfImage } from '../../heroku/stack.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Context } from '../context.ts';

/**
 * The build arguments with the stack's image among them, for a Dockerfile that declares it: templates
 * start from `ARG STACK_IMAGE`, so that the same file serves the next stack and a mirror.
 */
export function withStackImage(
  { stackImage, buildArguments }: Settings,
  stack: Stack,
): Readonly<Record<string, string>> {
  return { STACK_IMAGE: stackImage ?? stackImages(stack).build, ...buildArguments };
}

/**
 * Holds the image that a Dockerfile builds on against the stack that its slug is for.
 * @throws DeployError where it is another stack's; one that is no stack image is a warning.
 */
export function checkStack(
  { settings, reporter }: Context,
  dockerfile: Dockerfile,
  stack: Stack,
): void {
  const { baseImage, baseImageLine } = dockerfile;
  const location = { file: settings.dockerfile, line: baseImageLine };
  const built = stackOfImage(baseImage);
  if (built !== undefined && built !== stack.name) {
    throw new DeployError(
      `${settings.dockerfile} builds on ${baseImage}, which is ${built}; the slug is for ${stack.name}.`,
      `Start it from ${stackImages(stack).build}, or move the app: heroku stack:set ${built}`,
      { location },
    );
  }
  if (built === undefined && baseImage !== 'scratch' && baseImage !== settings.stackImage) {
    reporter.warning(
      `${baseImage} is no Heroku stack image: programs built on it may miss libraries on ${stack.name}.`,
      location,
    );
  }
}

/** The stack image that a Dockerfile builds on; `undefined` where it builds on something else. */
export function findStackImage(
  { settings }: Context,
  { baseImage }: Dockerfile,
  externalImages: ReadonlyMap<string, Image>,
): Image | undefined {
  const onStack = stackOfImage(baseImage) !== undefined || baseImage === settings.stackImage;
  return onStack ? externalImages.get(baseImage) : undefined;
}

/** What the engine gives every image that sets no PATH itself. */
const plainEnvironment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];

/**
 * `KEY=value` lines that an app's image has from its stack image: they are on the dyno too. What it
 * has from any other image is part of the app.
 */
export function stackEnvironment(stack: Image | undefined): readonly string[] {
  return stack?.environment ?? plainEnvironment;
}
