import { DeployError } from '../errors.ts';

/** A size that dynos are to be had in, as far as it shows from inside. */
export interface DynoSize {
  /** In lower case: `standard-1x`. */
  readonly name: string;
  /** Bytes of memory. Above it the platform swaps (R14), above twice as much it kills (R15). */
  readonly memoryBytes: number;
}

const megabyte = 1024 * 1024;
const gigabyte = 1024 * megabyte;

/** https://devcenter.heroku.com/articles/dyno-types */
const dynoSizes: readonly DynoSize[] = [
  { name: 'eco', memoryBytes: 512 * megabyte },
  { name: 'basic', memoryBytes: 512 * megabyte },
  { name: 'standard-1x', memoryBytes: 512 * megabyte },
  { name: 'standard-2x', memoryBytes: gigabyte },
  { name: 'performance-m', memoryBytes: 2.5 * gigabyte },
  { name: 'performance-l', memoryBytes: 14 * gigabyte },
  { name: 'performance-l-ram', memoryBytes: 30 * gigabyte },
  { name: 'performance-xl', memoryBytes: 62 * gigabyte },
  { name: 'performance-2xl', memoryBytes: 126 * gigabyte },
  { name: 'private-s', memoryBytes: gigabyte },
  { name: 'private-m', memoryBytes: 2.5 * gigabyte },
  { name: 'private-l', memoryBytes: 14 * gigabyte },
];

/**
 * Finds a dyno size by its name, in whatever case.
 * @throws DeployError where there is none of that name.
 */
export function findDynoSize(name: string): DynoSize {
  const found = dynoSizes.find((size) => size.name === name.toLowerCase());
  if (found !== undefined) return found;
  throw new DeployError(
    `Unknown dyno size "${name}".`,
    `Use one of these: ${dynoSizes.map((size) => size.name).join(', ')}.`,
  );
}
