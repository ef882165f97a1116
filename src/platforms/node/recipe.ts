import type { Notice } from '../platform.ts';

/** Where the build keeps what it may need again; outside `/app`, so that it does not ship. */
export const cacheFolder = '/tmp/cache';

/** Files or a folder that an install reads, for one COPY instruction. */
export interface ManifestCopy {
  /** Paths relative to the app's folder, `COPY` patterns among them. */
  readonly sources: readonly string[];
  readonly target: string;
}

/** How one package manager does what every one of them does. */
export interface Recipe {
  /** Name and version, where the app names one: `yarn 1.22.22`. */
  readonly label: string;
  /** A package manager that does not come with Node.js: its folder in `/app/heroku`, and how it gets there. */
  readonly program?: { readonly name: string; readonly install: string };
  /** All that the install reads, where no script of the app's own runs with it. */
  readonly manifests: readonly ManifestCopy[];
  /** `NAME=value`, set while the app is built and not on the dyno. */
  readonly buildVariables: readonly string[];
  /** Whether two builds may use the package manager's cache at the same time. */
  readonly cacheSharing: 'shared' | 'locked';
  /** Installs all dependencies, those for development as well: the build needs them. */
  readonly install: string;
  /** Removes what only the build needed; empty where that cannot be done safely. */
  readonly prune: readonly string[];
  /** Runs one of the app's scripts. */
  runScript(name: string): string;
  /** A reason of the package manager's own for the install to have the whole source at hand. */
  readonly readsSource?: string | undefined;
  readonly warnings: readonly Notice[];
}

/** Quotes a package with its version for the shell, where a range makes that necessary. */
export function packageArgument(name: string, version: string): string {
  const argument = `${name}@${version}`;
  return /^[\w@/.^-]+$/.test(argument) ? argument : `'${argument}'`;
}
