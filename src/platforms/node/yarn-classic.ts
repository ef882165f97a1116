import type { AppFolder } from '../platform.ts';
import { cacheFolder } from '../run-instruction.ts';
import type { PackageManagerChoice } from './package-manager.ts';
import { fetchedProgram, type Recipe } from './recipe.ts';

/** What Heroku's buildpack installs where the app does not say (heroku-buildpack-nodejs, lib/binaries.sh). */
const defaultVersion = '1.22.x';

/** Yarn 1. It takes all its flags on every command, and NODE_ENV for `--production`. */
export function yarnClassicRecipe(app: AppFolder, choice: PackageManagerChoice): Recipe {
  const version = choice.version ?? defaultVersion;
  const settings = app.read('.yarnrc') ?? '';
  const flags = '--ignore-engines --prefer-offline --non-interactive';
  const locked = choice.lockfile === undefined ? '' : ' --frozen-lockfile';
  return {
    label: `yarn ${version}`,
    program: fetchedProgram('yarn', 'yarn', version),
    manifests: [
      {
        sources: [
          'package.json',
          ...(choice.lockfile ? [choice.lockfile] : []),
          '.npmr[c]',
          '.yarnr[c]',
        ],
        target: './',
      },
    ],
    buildVariables: [`YARN_CACHE_FOLDER=${cacheFolder}/yarn`],
    cacheSharing: 'locked', // Yarn 1 keeps no lock of its own on its cache.
    install: `yarn install --production=false${locked} ${flags}`,
    prune: [`yarn install --production${locked} --ignore-scripts ${flags}`],
    runScript: (name) => `yarn run ${name}`,
    readsSource: /^(yarn-path|yarn-offline-mirror)\s/m.test(settings)
      ? '.yarnrc names files of the app'
      : undefined,
    warnings: [],
  };
}
