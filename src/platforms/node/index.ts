import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { whySourceFirst } from './install-order.ts';
import { type Manifest, manifestName, readManifest } from './manifest.ts';
import { npmRecipe } from './npm.ts';
import {
  choosePackageManager,
  type PackageManagerChoice,
  packageManagerName,
} from './package-manager.ts';
import { pnpmRecipe } from './pnpm.ts';
import { cacheFolder, type Recipe } from './recipe.ts';
import { secretNames, secretsReason } from './registry-secrets.ts';
import { chooseNodeVersion, type NodeVersion } from './version.ts';
import { isBerry, yarnBerryRecipe } from './yarn-berry.ts';
import { yarnClassicRecipe } from './yarn-classic.ts';

/** Node.js with npm, yarn or pnpm, built as Heroku's buildpack does it (heroku-buildpack-nodejs, bin/compile). */
export const node: Platform = {
  name: 'node',
  detect: (app) => app.has(manifestName),
  plan(app) {
    const manifest = readManifest(app);
    const version = chooseNodeVersion(manifest);
    const choice = choosePackageManager(app, manifest);
    const recipe = recipeFor(app, manifest, choice);
    const secrets = secretNames(app);
    return {
      summary: `Node.js ${version.version} with ${recipe.label}`,
      reason: `Node.js ${version.version} (${version.reason}), ${recipe.label} (${choice.reason})${secretsReason(secrets)}`,
      values: templateValues(app, manifest, version, recipe, secrets),
      warnings: [...version.warnings, ...choice.warnings, ...recipe.warnings],
    };
  },
  defaultProcessTypes(app) {
    const manifest = readManifest(app);
    if (manifest.scripts['start'] !== undefined) {
      return { web: `${packageManagerName(app, manifest)} start` };
    }
    // npm alone has a start script of its own: it runs server.js.
    return app.has('server.js') ? { web: 'npm start' } : {};
  },
};

function recipeFor(app: AppFolder, manifest: Manifest, choice: PackageManagerChoice): Recipe {
  switch (choice.name) {
    case 'npm':
      return npmRecipe(app, choice);
    case 'pnpm':
      return pnpmRecipe(app, manifest, choice);
    case 'yarn':
      return isBerry(app, choice)
        ? yarnBerryRecipe(app, manifest, choice)
        : yarnClassicRecipe(app, choice);
  }
}

function templateValues(
  app: AppFolder,
  manifest: Manifest,
  version: NodeVersion,
  recipe: Recipe,
  secrets: readonly string[],
): TemplateValues {
  const sourceFirst = whySourceFirst(app, manifest, recipe);
  const has = (script: string) => (manifest.scripts[script] ?? '') !== '';
  const run = (...scripts: string[]) => scripts.filter(has).map(recipe.runScript);
  const build = has('heroku-postbuild') ? 'heroku-postbuild' : 'build';
  return {
    nodeVersion: version.version,
    nodeSha256: version.sha256,
    runtimeFolders: ['/app/heroku/node'],
    buildFolders: ['/opt/node'],
    program: recipe.program && { ...recipe.program },
    environment: recipe.environment,
    buildVariables: [
      `XDG_CACHE_HOME=${cacheFolder}`,
      `npm_config_cache=${cacheFolder}/npm`,
      `${headersVariable(version.version)}=/opt/node`,
      ...recipe.buildVariables,
    ],
    mounts: mounts(recipe, secrets),
    sourceFirst,
    manifests:
      sourceFirst === undefined &&
      recipe.manifests.map(({ sources, target }) => ({ sources: sources.join(' '), target })),
    install: inOneLayer([...run('heroku-prebuild'), recipe.install]),
    build: inOneLayer([...run(build), ...recipe.prune, ...run('heroku-cleanup')]),
  };
}

/**
 * What tells node-gyp where the headers of Node.js are, so that a native add-on compiles without a
 * download: npm 11, which comes with Node.js 24, warns of the old name
 * (https://github.com/nodejs/node-gyp/issues/3156).
 */
function headersVariable(nodeVersion: string): string {
  return Number.parseInt(nodeVersion, 10) >= 24
    ? 'npm_package_config_node_gyp_nodedir'
    : 'npm_config_nodedir';
}

function mounts(recipe: Recipe, secrets: readonly string[]): string {
  const sharing = recipe.cacheSharing === 'locked' ? ',sharing=locked' : '';
  return [
    `--mount=type=cache,id=${recipe.label.split(' ')[0]},target=${cacheFolder},uid=1000,gid=1000${sharing}`,
    ...secrets.map((name) => `--mount=type=secret,id=${name},env=${name}`),
  ].join(' ');
}

function inOneLayer(commands: readonly string[]): string {
  return commands.join(' \\\n && ');
}
