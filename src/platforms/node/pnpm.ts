import semver from 'semver';
import type { AppFolder, Notice } from '../platform.ts';
import type { Manifest } from './manifest.ts';
import type { PackageManagerChoice } from './package-manager.ts';
import { cacheFolder, packageArgument, type Recipe } from './recipe.ts';

const workspaceName = 'pnpm-workspace.yaml';
const storeFlag = `--store-dir=${cacheFolder}/pnpm`;

/** Since this version `pnpm prune` can leave the app's own scripts alone (heroku-buildpack-nodejs, lib/dependencies.sh). */
const pruneIgnoresScriptsSince = '8.15.6';

export function pnpmRecipe(
  app: AppFolder,
  manifest: Manifest,
  choice: PackageManagerChoice,
): Recipe {
  const version = choice.version ?? versionOfLockfile(app);
  const locked = choice.lockfile === undefined ? '' : ' --frozen-lockfile';
  const prune = pruneSteps(app, manifest, version, locked);
  return {
    label: `pnpm ${version}`,
    program: {
      name: 'pnpm',
      install: `npm install --global --prefix=/app/heroku/pnpm ${packageArgument('pnpm', version)}`,
    },
    manifests: [
      {
        sources: [
          'package.json',
          ...(choice.lockfile ? [choice.lockfile] : []),
          '.npmr[c]',
          '.pnpmfile.cj[s]',
          'pnpm-workspace.yam[l]',
        ],
        target: './',
      },
    ],
    buildVariables: [`XDG_STATE_HOME=${cacheFolder}/state`],
    cacheSharing: 'shared',
    install: `pnpm install --prod=false${locked} ${storeFlag}`,
    prune,
    runScript: (name) => `pnpm run ${name}`,
    readsSource: readsSource(app, manifest),
    warnings: [
      ...(choice.version === undefined ? [unpinned(version)] : []),
      ...(prune.length === 0 ? [cannotPrune] : []),
    ],
  };
}

const cannotPrune: Notice = {
  message:
    'The dependencies for development stay in the slug: pnpm would run the app’s install scripts again without them.',
  location: { file: 'package.json' },
};

function unpinned(version: string): Notice {
  return {
    message: `Nothing says which pnpm wrote the lockfile; pnpm ${version} it is. Set packageManager in package.json.`,
    location: { file: 'package.json' },
  };
}

/**
 * As Heroku's buildpack does it: a workspace is installed anew without the dependencies for
 * development, since `pnpm prune` looks at the root alone; and nothing is removed where that would
 * run install scripts which may need what was removed.
 */
function pruneSteps(app: AppFolder, manifest: Manifest, version: string, locked: string): string[] {
  const runsScripts = installScripts.some((script) => manifest.scripts[script] !== undefined);
  if (hasWorkspace(app)) {
    if (runsScripts) return [];
    return [
      "find . -name node_modules -type d -prune -exec rm -rf '{}' +",
      `pnpm install --prod${locked} ${storeFlag}`,
    ];
  }
  const oldest = semver.minVersion(version) ?? version;
  if (semver.lt(oldest, pruneIgnoresScriptsSince)) {
    return runsScripts ? [] : [`pnpm prune --prod ${storeFlag}`];
  }
  return [`pnpm prune --prod --ignore-scripts ${storeFlag}`];
}

/** Scripts of the app that pnpm runs with every install. */
const installScripts = ['pnpm:devPreinstall', 'preinstall', 'install', 'postinstall', 'prepare'];

/** The file also holds plain settings since pnpm 10.5. */
function hasWorkspace(app: AppFolder): boolean {
  return /^packages:/m.test(app.read(workspaceName) ?? '');
}

function readsSource(app: AppFolder, manifest: Manifest): string | undefined {
  if (hasWorkspace(app)) return 'the app is a workspace';
  const settings = `${manifest.text}\n${app.read(workspaceName) ?? ''}`;
  return settings.includes('patchedDependencies') ? 'dependencies are patched' : undefined;
}

/** Versions by the lockfile's own (https://github.com/pnpm/spec, lockfile). */
function versionOfLockfile(app: AppFolder): string {
  const [, lockfileVersion = '9'] =
    /^lockfileVersion:\s*["']?(\d+)/m.exec(app.read('pnpm-lock.yaml') ?? '') ?? [];
  if (Number(lockfileVersion) >= 9) return '10.x';
  return Number(lockfileVersion) >= 6 ? '8.x' : '7.x';
}
