import semver from 'semver';
import type { AppFolder, Notice } from '../platform.ts';
import { cacheFolder } from '../run-instruction.ts';
import type { Manifest } from './manifest.ts';
import type { PackageManagerChoice } from './package-manager.ts';
import { fetchedProgram, type Recipe, withoutInstallScripts } from './recipe.ts';

const workspaceName = 'pnpm-workspace.yaml';

/** Since this version `pnpm prune` can leave the app's own scripts alone (heroku-buildpack-nodejs, lib/dependencies.sh). */
const pruneIgnoresScriptsSince = '8.15.6';

/**
 * pnpm notes when it pruned, and when it last found all to be as the lockfile has it. Both become a
 * day to come, for each build to make the same files, and for pnpm to find nothing to do on a dyno.
 */
const forgetTimes = `find . -maxdepth 2 '(' -name .modules.yaml -o -name '.pnpm-workspace-state*.json' ')' -exec sed --in-place --regexp-extended 's/(prunedAt\\W+).* GMT/\\1Thu, 01 Jan 2099 00:00:00 GMT/; s/("lastValidatedTimestamp": *)[0-9]+/\\14070908800000/' {} +`;

export function pnpmRecipe(
  app: AppFolder,
  manifest: Manifest,
  choice: PackageManagerChoice,
): Recipe {
  const version = choice.version ?? versionOfLockfile(app);
  const locked = choice.lockfile === undefined ? '' : ' --frozen-lockfile';
  return {
    label: `pnpm ${version}`,
    program: fetchedProgram('pnpm', 'pnpm', version),
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
    buildVariables: [
      ...variablePrefixes(version).map(
        (prefix) => `${prefix}_config_store_dir=${cacheFolder}/pnpm`,
      ),
      `XDG_STATE_HOME=${cacheFolder}/state`,
    ],
    // Without it, pnpm 12 asks the registry for its own version at every start of a dyno.
    environment: variablePrefixes(version).includes('pnpm')
      ? ['pnpm_config_pm_on_fail=ignore']
      : [],
    cacheSharing: 'shared',
    install: `pnpm install --prod=false${locked}`,
    prune: [...pruneSteps(app, manifest, version, locked), forgetTimes],
    runScript: (name) => `pnpm run ${name}`,
    readsSource: readsSource(app, manifest),
    warnings: choice.version === undefined ? [unpinned(version)] : [],
  };
}

function unpinned(version: string): Notice {
  return {
    message: `Nothing says which pnpm wrote the lockfile; pnpm ${version} it is. Set packageManager in package.json.`,
    location: { file: 'package.json' },
  };
}

/**
 * A workspace is installed anew without the dependencies for development, since `pnpm prune` looks
 * at the root alone (heroku-buildpack-nodejs, lib/dependencies.sh, pnpm_prune_devdependencies).
 */
function pruneSteps(app: AppFolder, manifest: Manifest, version: string, locked: string): string[] {
  if (hasWorkspace(app)) {
    return [
      ...withoutInstallScripts(manifest),
      "find . -name node_modules -type d -prune -exec rm -rf '{}' +",
      `pnpm install --prod${locked}`,
    ];
  }
  const oldest = semver.minVersion(version) ?? version;
  return semver.gte(oldest, pruneIgnoresScriptsSince)
    ? ['pnpm prune --prod --ignore-scripts']
    : [...withoutInstallScripts(manifest), 'pnpm prune --prod'];
}

/** The file also holds plain settings since pnpm 10.5. */
function hasWorkspace(app: AppFolder): boolean {
  return /^packages:/m.test(app.read(workspaceName) ?? '');
}

function readsSource(app: AppFolder, manifest: Manifest): string | undefined {
  if (hasWorkspace(app)) return 'the app is a workspace';
  const settings = `${manifest.text}\n${app.read(workspaceName) ?? ''}`;
  return settings.includes('patchedDependencies') ? 'dependencies are patched' : undefined;
}

/**
 * What the variables begin with that the version reads, or any that a range allows: pnpm 11 is the
 * first with variables of its own instead of npm's (https://pnpm.io/settings).
 */
function variablePrefixes(version: string): string[] {
  return [
    ...(semver.intersects(version, '<11.0.0-0') ? ['npm'] : []),
    ...(semver.intersects(version, '>=11.0.0-0') ? ['pnpm'] : []),
  ];
}

/** Versions by the lockfile's own (https://github.com/pnpm/spec, lockfile). */
function versionOfLockfile(app: AppFolder): string {
  const [, lockfileVersion = '9'] =
    /^lockfileVersion:\s*["']?(\d+)/m.exec(app.read('pnpm-lock.yaml') ?? '') ?? [];
  if (Number(lockfileVersion) >= 9) return '10.x';
  return Number(lockfileVersion) >= 6 ? '8.x' : '7.x';
}
