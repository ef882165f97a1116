import { readSlugIgnore, type SlugIgnore } from './slugignore.ts';
import { readTextIfThere } from './text-file.ts';

/** What the build does not get of the app's folder. */
export interface BuildIgnore {
  /** The text for BuildKit, in the language of `.dockerignore`. */
  readonly text: string;
  /** `undefined` where the app has no `.slugignore`. */
  readonly slugIgnore: SlugIgnore | undefined;
}

/**
 * Reads what the app wants to be kept out of its build: `<Dockerfile>.dockerignore`, or
 * `.dockerignore` where there is none, as BuildKit chooses
 * (https://docs.docker.com/build/concepts/context/#filename-and-location), and then what
 * `.slugignore` matches, last, so that no `!` brings it back.
 * @param dockerfile relative to the folder.
 * @throws DeployError where one of them is there and cannot be read.
 */
export async function readBuildIgnore(folder: string, dockerfile: string): Promise<BuildIgnore> {
  const own = await readTextIfThere(folder, `${dockerfile}.dockerignore`);
  const docker = own ?? (await readTextIfThere(folder, '.dockerignore')) ?? '';
  const slugIgnore = readSlugIgnore(folder);
  const paths = (slugIgnore?.paths ?? []).map(toDockerIgnore);
  return { text: [docker, ...paths, ''].join('\n'), slugIgnore };
}

/**
 * A path as a pattern that matches it alone. BuildKit makes a regular expression of a pattern and
 * leaves what is special there, but for `.` and `$`
 * (https://github.com/moby/patternmatcher/blob/main/patternmatcher.go). It trims lines, so a name's
 * own white space at its ends, and a line break, are any character.
 */
export function toDockerIgnore(path: string): string {
  return path.replaceAll(/[\\*?[\](){}|^+!#]/g, '\\$&').replaceAll(/^\s|\s$|[\r\n]/g, '?');
}
