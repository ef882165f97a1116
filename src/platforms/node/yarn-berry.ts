import semver from 'semver';
import { DeployError } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import type { PackageManagerChoice } from './package-manager.ts';
import { cacheFolder, type ManifestCopy, packageArgument, type Recipe } from './recipe.ts';

const settingsName = '.yarnrc.yml';

/** Whether an app that uses yarn uses version 2 or later. */
export function isBerry(app: AppFolder, choice: PackageManagerChoice): boolean {
  if (choice.version !== undefined) return majorOf(choice.version) >= 2;
  return lockfileMetadata(app) !== undefined || setting(app, 'yarnPath') !== undefined;
}

/** Yarn 2 and later, which are the app's own files (`yarnPath`) or another package on npm. */
export function yarnBerryRecipe(app: AppFolder, choice: PackageManagerChoice): Recipe {
  const yarnPath = setting(app, 'yarnPath');
  const version = choice.version ?? versionOfLockfile(app);
  const linker = setting(app, 'nodeLinker') ?? 'pnp';
  const canPrune = majorOf(version) >= 4 || app.has(workspaceTools);
  return {
    label: yarnPath === undefined ? `yarn ${version}` : `yarn (${yarnPath})`,
    program: {
      name: 'yarn',
      install: yarnPath === undefined ? installed(version) : vendored(app, yarnPath),
    },
    manifests: manifests(app, choice),
    buildVariables: [
      `YARN_GLOBAL_FOLDER=${cacheFolder}/yarn`,
      `YARN_ENABLE_GLOBAL_CACHE=${linker !== 'pnp'}`, // Plug'n'Play runs from the cache, which has to ship.
    ],
    cacheSharing: 'shared',
    install: choice.lockfile === undefined ? 'yarn install' : 'yarn install --immutable',
    prune: canPrune
      ? [
          'yarn workspaces focus --all --production',
          ...(linker === 'pnp' ? [] : ['rm -rf .yarn/cache']),
        ]
      : [],
    runScript: (name) => `yarn run ${name}`,
    readsSource: app.hasFolder('.yarn/cache') ? 'the packages are in .yarn/cache' : undefined,
    warnings: [
      ...(choice.version === undefined && yarnPath === undefined ? [unpinned(version)] : []),
      ...(canPrune ? [] : [cannotPrune]),
    ],
  };
}

const workspaceTools = '.yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs';

const cannotPrune: Notice = {
  message:
    'The dependencies for development stay in the slug: yarn before version 4 removes them only with its plugin workspace-tools ("yarn plugin import workspace-tools").',
  location: { file: settingsName },
};

function unpinned(version: string): Notice {
  return {
    message: `Nothing says which yarn wrote yarn.lock; yarn ${version} it is. Pin one with "yarn set version".`,
    location: { file: 'package.json' },
  };
}

function installed(version: string): string {
  return `npm install --global --prefix=/app/heroku/yarn ${packageArgument('@yarnpkg/cli-dist', version)}`;
}

/** The app brings its yarn along: what is missing is a program of that name on the PATH. */
function vendored(app: AppFolder, yarnPath: string): string {
  if (!app.has(yarnPath)) {
    throw new DeployError(
      `${settingsName} has yarnPath ${yarnPath}, but there is no such file.`,
      'Commit it: "yarn set version" writes it, and .gitignore must not list it.',
      { location: { file: settingsName } },
    );
  }
  return [
    'install --directory /app/heroku/yarn/bin',
    `printf '#!/bin/sh\\nexec node "/app/src/${yarnPath}" "$@"\\n' > /app/heroku/yarn/bin/yarn`,
    'chmod +x /app/heroku/yarn/bin/yarn',
  ].join(' \\\n && ');
}

function manifests(app: AppFolder, choice: PackageManagerChoice): ManifestCopy[] {
  const folders = ['.yarn/releases', '.yarn/plugins', '.yarn/patches'];
  return [
    {
      sources: ['package.json', ...(choice.lockfile ? [choice.lockfile] : []), '.yarnrc.ym[l]'],
      target: './',
    },
    ...folders
      .filter((folder) => app.hasFolder(folder))
      .map((folder) => ({ sources: [folder], target: `./${folder}` })),
  ];
}

/** A plain setting of .yarnrc.yml; a yarnPath is always a relative path in POSIX form. */
function setting(app: AppFolder, name: string): string | undefined {
  const pattern = new RegExp(`^${name}:[ \\t]*["']?([\\w@./-]+)["']?[ \\t]*(?:#.*)?$`, 'm');
  return pattern.exec(app.read(settingsName) ?? '')?.[1];
}

/** The lockfile's own version, which yarn 1 does not write. */
function lockfileMetadata(app: AppFolder): number | undefined {
  const [, version] =
    /^__metadata:\s+version:\s*["']?(\d+)/m.exec(app.read('yarn.lock') ?? '') ?? [];
  return version === undefined ? undefined : Number(version);
}

/** Yarn 4 writes 8 and more, yarn 3 writes 5 and 6, yarn 2 writes 4 (yarnpkg/berry, CHANGELOG.md). */
function versionOfLockfile(app: AppFolder): string {
  const metadata = lockfileMetadata(app) ?? 8;
  if (metadata >= 7) return '4.x';
  return metadata >= 5 ? '3.x' : '2.x';
}

function majorOf(range: string): number {
  return semver.minVersion(range)?.major ?? 0;
}
