import type { Notice } from '../platform.ts';
import type { Manifest } from './manifest.ts';

/** Files or a folder that an install reads, for one COPY instruction. */
export interface ManifestCopy {
  /** Paths relative to the app's folder, `COPY` patterns among them. */
  readonly sources: readonly string[];
  readonly target: string;
}

/** A package manager's program, which the app may want at run time as well. */
export interface Program {
  /** What it is called, and the folder in `/app/heroku` that it gets. */
  readonly name: string;
  /** Commands that put it there. */
  readonly install: string;
  /** Whether they fetch it from the npm registry. */
  readonly isFetched: boolean;
}

/** How one package manager does what every one of them does. */
export interface Recipe {
  /** Name and version, where the app names one: `yarn 1.22.22`. */
  readonly label: string;
  /** A package manager that does not come with Node.js. */
  readonly program?: Program;
  /** All that the install reads, where no script of the app's own runs with it. */
  readonly manifests: readonly ManifestCopy[];
  /** `NAME=value`, set while the app is built and not on the dyno. */
  readonly buildVariables: readonly string[];
  /** `NAME=value`, set at build and at run time. */
  readonly environment?: readonly string[];
  /** Whether two builds may use the package manager's cache at the same time. */
  readonly cacheSharing: 'shared' | 'locked';
  /** Installs all dependencies, those for development as well: the build needs them. */
  readonly install: string;
  /** Removes what only the build needed. */
  readonly prune: readonly string[];
  /** Runs one of the app's scripts. */
  runScript(name: string): string;
  /** A reason of the package manager's own for the install to have the whole source at hand. */
  readonly readsSource?: string | undefined;
  readonly warnings: readonly Notice[];
}

/** The app's own scripts that package managers run with every install, even one that only removes. */
const installScripts = [
  'pnpm:devPreinstall',
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
];

/**
 * A step that takes these scripts out of the image's package.json: run once more, without the
 * dependencies for development (husky, say), they would end the build. Nothing else reads them.
 */
export function withoutInstallScripts(manifest: Manifest): string[] {
  const present = installScripts.filter((name) => manifest.scripts[name] !== undefined);
  return present.length === 0
    ? []
    : [`npm pkg delete ${present.map((name) => `scripts.${name}`).join(' ')}`];
}

/**
 * A program from the npm registry, in a folder of its own.
 * @param package_ the package that has it.
 * @param version a version or a range.
 */
export function fetchedProgram(name: string, package_: string, version: string): Program {
  const argument = `${package_}@${version}`;
  const quoted = /^[\w@/.^-]+$/.test(argument) ? argument : `'${argument}'`; // Ranges have < and |.
  return {
    name,
    install: `npm install --global --prefix=/app/heroku/${name} ${quoted}`,
    isFetched: true,
  };
}
