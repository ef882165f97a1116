import { DeployError } from '../errors.ts';

/** The operating system that a dyno boots and that a slug is built for. */
export interface Stack {
  /** As the Platform API names it: `heroku-24`. */
  readonly name: string;
  /** What its images are tagged with: `24`. */
  readonly number: string;
  /** What someone who releases to this stack should know; absent where there is nothing. */
  readonly warning?: string;
}

/**
 * Stacks that take slugs, best choice first
 * (https://devcenter.heroku.com/articles/stack, heroku/base-images README.md, mid 2026).
 */
export const stacks: readonly Stack[] = [
  { name: 'heroku-26', number: '26' },
  { name: 'heroku-24', number: '24' },
  {
    name: 'heroku-22',
    number: '22',
    warning:
      'Stack heroku-22 is deprecated and ends on 2027-04-30; move with: heroku stack:set heroku-26',
  },
];

/** The stack for a slug where no app and no setting names one. */
export const defaultStack = 'heroku-24';

/** Images of these are no longer built, and nothing can be released to them. */
const endedStacks = ['heroku-20', 'heroku-18', 'heroku-16', 'cedar-14', 'cedar-10', 'cedar'];

/** Stacks of apps that run container images; the API answers a slug with an error. */
const stacksWithoutSlugs = ['container', 'cnb'];

/**
 * Finds a stack by its name.
 * @throws DeployError where there is none of that name, it has ended, or it takes no slugs.
 */
export function parseStack(name: string): Stack {
  const stack = stacks.find((candidate) => candidate.name === name);
  if (stack !== undefined) return stack;
  if (endedStacks.includes(name)) {
    throw new DeployError(
      `Stack ${name} has ended: Heroku builds no images for it any more.`,
      `Move the app with "heroku stack:set ${defaultStack}"; stacks that take slugs: ${namesOf(stacks)}.`,
    );
  }
  if (stacksWithoutSlugs.includes(name)) {
    throw new DeployError(
      `Stack ${name} runs container images and takes no slugs.`,
      `Move the app with "heroku stack:set ${defaultStack}"; stacks that take slugs: ${namesOf(stacks)}.`,
    );
  }
  throw new DeployError(`Unknown stack "${name}".`, `Use one of these: ${namesOf(stacks)}.`);
}

/** Names of a stack's images, as Heroku publishes them (heroku/base-images README.md). */
export function stackImages(stack: Stack): { readonly build: string; readonly run: string } {
  return { build: `heroku/heroku:${stack.number}-build`, run: `heroku/heroku:${stack.number}` };
}

/**
 * The name of the stack that an image belongs to, `undefined` where it is no stack image. Mirrors
 * keep the repository's name below their own (`public.ecr.aws/heroku/heroku:24`), and the tags have
 * variants (`24-build.v150`, `24_linux-amd64`).
 */
export function stackOfImage(image: string): string | undefined {
  const [, repository, number] =
    /^(?:.*\/)?heroku\/(heroku|cedar):(\d+)(?:-cnb)?(?:-build)?(?:[._].*)?(?:@.*)?$/.exec(image) ??
    [];
  return repository === undefined ? undefined : `${repository}-${number}`;
}

function namesOf(list: readonly Stack[]): string {
  return list.map(({ name }) => name).join(', ');
}
