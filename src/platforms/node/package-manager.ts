import semver from 'semver';
import { DeployError } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import { locationOf, type Manifest, manifestName } from './manifest.ts';

const packageManagerNames = ['pnpm', 'yarn', 'npm'] as const;
export type PackageManagerName = (typeof packageManagerNames)[number];

/** Which package manager builds an app, and what says so. */
export interface PackageManagerChoice {
  readonly name: PackageManagerName;
  /** A version or a range that the app asks for; a valid one. */
  readonly version: string | undefined;
  /** The chosen package manager's lockfile, where the app has one. */
  readonly lockfile: string | undefined;
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/** Lockfiles by who writes them, the one that is read first where there are two. */
const lockfilesOf: Readonly<Record<PackageManagerName, readonly string[]>> = {
  pnpm: ['pnpm-lock.yaml'],
  yarn: ['yarn.lock'],
  npm: ['npm-shrinkwrap.json', 'package-lock.json'],
};

/**
 * Chooses by the field `packageManager`, else by the lockfile, else npm. Where several lockfiles
 * are there, `engines` decides between them, else pnpm comes before yarn and yarn before npm: the
 * file too many is mostly a package-lock.json from an `npm install` by habit. (Heroku's buildpack
 * stops there instead: heroku-buildpack-nodejs, lib/package_manager.sh, fail_multiple_lockfiles.)
 * @throws DeployError where `packageManager` names one that is not supported, or no version.
 */
export function choosePackageManager(app: AppFolder, manifest: Manifest): PackageManagerChoice {
  const named = namedPackageManager(manifest);
  const locked = packageManagerNames.filter((name) => lockfileOf(app, name) !== undefined);
  const name = named?.name ?? chosenAmong(locked, manifest);
  const lockfile = lockfileOf(app, name);
  return {
    name,
    version: named?.version ?? rangeOf(manifest, name),
    lockfile,
    reason: reasonFor(name, named !== undefined, lockfile),
    warnings: [
      ...lockfileWarnings(app, name, locked),
      ...(lockfile === undefined ? missingLockfile(app, name, manifest) : []),
    ],
  };
}

/**
 * The same choice by name alone, for an app that may be built by a Dockerfile of its own: what
 * this tool cannot install is no error here.
 */
export function packageManagerName(app: AppFolder, manifest: Manifest): PackageManagerName {
  const named = manifest.packageManager?.split('@')[0];
  const locked = packageManagerNames.filter((name) => lockfileOf(app, name) !== undefined);
  return packageManagerNames.find((name) => name === named) ?? chosenAmong(locked, manifest);
}

/** Corepack's form: `name@version`, and possibly `+` and a hash (https://nodejs.org/api/packages.html#packagemanager). */
function namedPackageManager(manifest: Manifest) {
  if (manifest.packageManager === undefined) return undefined;
  const [, named = '', version = ''] = /^([^@]+)@([^+]+)/.exec(manifest.packageManager) ?? [];
  const name = packageManagerNames.find((candidate) => candidate === named);
  if (name === undefined || semver.valid(version) === null) {
    throw new DeployError(
      `${manifestName}: packageManager is "${manifest.packageManager}", which this tool cannot install.`,
      'Write npm, yarn or pnpm with an exact version ("pnpm@10.1.0"), or build with a Dockerfile of your own.',
      { location: locationOf(manifest, 'packageManager') },
    );
  }
  return { name, version };
}

function chosenAmong(
  locked: readonly PackageManagerName[],
  manifest: Manifest,
): PackageManagerName {
  const candidates = locked.length > 0 ? locked : packageManagerNames;
  const asked = candidates.filter((name) => rangeOf(manifest, name) !== undefined);
  return asked[0] ?? locked[0] ?? 'npm';
}

/** `engines` also holds texts such as "please use yarn", which are meant for people. */
function rangeOf(manifest: Manifest, name: PackageManagerName): string | undefined {
  return semver.validRange(manifest.engines[name]) ? manifest.engines[name] : undefined;
}

function lockfileOf(app: AppFolder, name: PackageManagerName): string | undefined {
  return lockfilesOf[name].find((file) => app.has(file));
}

function reasonFor(name: string, isNamed: boolean, lockfile: string | undefined): string {
  if (isNamed) return `${manifestName} names ${name}`;
  return lockfile === undefined ? `no lockfile, so ${name}` : `${lockfile} is ${name}'s`;
}

function lockfileWarnings(
  app: AppFolder,
  name: PackageManagerName,
  locked: readonly PackageManagerName[],
): Notice[] {
  return locked
    .filter((other) => other !== name)
    .map((other) => {
      const file = lockfileOf(app, other) ?? '';
      return {
        message: `${name} installs the dependencies, and ${file} is not read; delete it, or set packageManager in ${manifestName} to ${other}.`,
        location: { file },
      };
    });
}

function missingLockfile(app: AppFolder, name: PackageManagerName, manifest: Manifest): Notice[] {
  if (manifest.dependencySources.length === 0) return [];
  const bun = app.files.find((file) => file === 'bun.lock' || file === 'bun.lockb');
  const because = bun === undefined ? `There is no lockfile of ${name}` : `${bun} is not read`;
  return [
    {
      message: `${because}: every build takes the newest versions that ${manifestName} allows. Commit what "${name} install" writes.`,
      location: { file: bun ?? manifestName },
    },
  ];
}
