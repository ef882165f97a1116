import semver from 'semver';
import { DeployError } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import { cacheFolder, inOneLayer } from '../run-instruction.ts';
import type { Manifest } from './manifest.ts';
import type { PackageManagerChoice } from './package-manager.ts';
import {
  fetchedProgram,
  type ManifestCopy,
  type Program,
  type Recipe,
  withoutInstallScripts,
} from './recipe.ts';

const settingsName = '.yarnrc.yml';

/** Whether an app that uses yarn uses version 2 or later. */
export function isBerry(app: AppFolder, choice: PackageManagerChoice): boolean {
  if (choice.version !== undefined) return majorOf(choice.version) >= 2;
  return lockfileMetadata(app) !== undefined || setting(app, 'yarnPath') !== undefined;
}

/** Yarn 2 and later, which are the app's own files (`yarnPath`) or another package on npm. */
export function yarnBerryRecipe(
  app: AppFolder,
  manifest: Manifest,
  choice: PackageManagerChoice,
): Recipe {
  const yarnPath = setting(app, 'yarnPath');
  const version = choice.version ?? versionOfLockfile(app);
  const linker = setting(app, 'nodeLinker') ?? 'pnp';
  return {
    label: yarnPath === undefined ? `yarn ${version}` : `yarn (${yarnPath})`,
    program:
      yarnPath === undefined
        ? fetchedProgram('yarn', '@yarnpkg/cli-dist', version)
        : vendoredProgram(app, yarnPath),
    manifests: manifests(app, choice),
    buildVariables: [
      `YARN_GLOBAL_FOLDER=${cacheFolder}/yarn`,
      `YARN_ENABLE_GLOBAL_CACHE=${linker !== 'pnp'}`, // Plug'n'Play runs from the cache, which has to ship.
    ],
    cacheSharing: 'shared',
    install: choice.lockfile === undefined ? 'yarn install' : 'yarn install --immutable',
    prune: [...pruneSteps(app, manifest, version), removeUnused(linker)],
    runScript: (name) => `yarn run ${name}`,
    readsSource: app.hasFolder('.yarn/cache') ? 'the packages are in .yarn/cache' : undefined,
    warnings: choice.version === undefined && yarnPath === undefined ? [unpinned(version)] : [],
  };
}

/**
 * What yarn leaves in the app's own cache. With Plug'n'Play that is where the app runs from, so
 * the archives that its map does not name go; with node_modules nothing there is used.
 */
function removeUnused(linker: string): string {
  if (linker !== 'pnp') return 'rm -rf .yarn/cache';
  return [
    'for archive in .yarn/cache/*.zip; do',
    '      grep --quiet --no-messages --fixed-strings "$(basename "$archive")" .pnp.cjs .pnp.data.json',
    '        || rm -f "$archive";',
    '    done',
  ].join(' \\\n');
}

/** Part of yarn since version 4, a plugin before. */
const workspaceTools = '.yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs';

/**
 * Yarn without that command installs what it is told there is: the image's package.json loses its
 * dependencies for development. (Heroku's buildpack has a plugin of its own for this:
 * heroku-buildpack-nodejs, yarn2-plugins/prune-dev-dependencies.)
 */
function pruneSteps(app: AppFolder, manifest: Manifest, version: string): string[] {
  const withoutScripts = withoutInstallScripts(manifest);
  if (majorOf(version) >= 4 || app.has(workspaceTools)) {
    return [...withoutScripts, 'yarn workspaces focus --all --production'];
  }
  const everywhere = manifest.hasWorkspaces ? ' --workspaces --include-workspace-root' : '';
  return [
    ...withoutScripts,
    `npm pkg delete devDependencies${everywhere}`,
    'yarn install --no-immutable',
  ];
}

function unpinned(version: string): Notice {
  return {
    message: `Nothing says which yarn wrote yarn.lock; yarn ${version} it is. Pin one with "yarn set version".`,
    location: { file: 'package.json' },
  };
}

/** The app brings its yarn along: what is missing is a program of that name on the PATH. */
function vendoredProgram(app: AppFolder, yarnPath: string): Program {
  if (!app.has(yarnPath)) {
    throw new DeployError(
      `${settingsName} has yarnPath ${yarnPath}, but there is no such file.`,
      'Commit it: "yarn set version" writes it, and .gitignore must not list it.',
      { location: { file: settingsName } },
    );
  }
  const install = inOneLayer([
    'install --directory /app/heroku/yarn/bin',
    `printf '#!/bin/sh\\nexec node "/app/src/${yarnPath}" "$@"\\n' > /app/heroku/yarn/bin/yarn`,
    'chmod +x /app/heroku/yarn/bin/yarn',
  ]);
  return { name: 'yarn', install, isFetched: false };
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
  const pattern = new RegExp(`^${name}:[ \\t]*["']?([\\w@./-]+)["']?[ \\t\\r]*(?:#.*)?$`, 'm');
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
