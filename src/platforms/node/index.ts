import type { AppFolder, Notice, Platform, TemplateValues } from '../platform.ts';
import { secretNames, secretsReason } from '../registry-secrets.ts';
import { cacheFolder, inOneLayer, runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import { whySourceFirst } from './install-order.ts';
import { type Manifest, manifestName, readManifest } from './manifest.ts';
import { npmRecipe } from './npm.ts';
import {
  choosePackageManager,
  type PackageManagerChoice,
  packageManagerName,
} from './package-manager.ts';
import { pnpmRecipe } from './pnpm.ts';
import type { Recipe } from './recipe.ts';
import { chooseNodeVersion, type NodeVersion } from './version.ts';
import { isBerry, yarnBerryRecipe } from './yarn-berry.ts';
import { yarnClassicRecipe } from './yarn-classic.ts';

/** Where a private registry's token may be (https://docs.npmjs.com/cli/configuring-npm/npmrc). */
const settingsFiles = ['.npmrc', '.yarnrc.yml'];

/** Node.js with npm, yarn or pnpm, built as Heroku's buildpack does it (heroku-buildpack-nodejs, bin/compile). */
export const node: Platform = {
  name: 'node',
  detect: (app) => app.has(manifestName),
  plan(app) {
    const manifest = readManifest(app);
    const version = chooseNodeVersion(manifest);
    const choice = choosePackageManager(app, manifest);
    const recipe = recipeFor(app, manifest, choice);
    const secrets = secretNames(app, settingsFiles);
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
  const scripts = run(has('heroku-postbuild') ? 'heroku-postbuild' : 'build');
  const prune = [...recipe.prune, ...run('heroku-cleanup')];
  return {
    runtime: runtimeValues({
      prefix: 'NODE',
      mirror: 'https://nodejs.org/download/release',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: 'v${NODE_VERSION}/node-v${NODE_VERSION}-linux-x64.tar.gz',
      version: version.version,
      checksum: version.sha256,
      folder: '/app/heroku/node',
      topFolder: true,
      steps: [
        'cd /app/heroku/node',
        'mv include /opt/node/',
        'rm -rf share lib/node_modules/npm/docs lib/node_modules/npm/man CHANGELOG.md README.md',
      ],
    }),
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
    mounts: runMounts({ cache: recipe.label.split(' ')[0], sharing: recipe.cacheSharing, secrets }),
    sourceFirst,
    manifests:
      sourceFirst === undefined &&
      recipe.manifests.map(({ sources, target }) => ({ sources: sources.join(' '), target })),
    install: inOneLayer([...run('heroku-prebuild'), recipe.install]),
    scripts: inOneLayer(scripts),
    prune: inOneLayer(prune),
    build: inOneLayer([...scripts, ...prune]),
  };
}

/** Node.js beside another language, to build the app's assets with. */
export interface NodeForAssets {
  /** `Node.js 24.19.0 with npm` */
  readonly summary: string;
  readonly reason: string;
  /**
   * Values for a section of the other template, in which its partials with `node` in their name
   * belong. Instead of `build` there are `scripts`, which build the app's assets, and `prune`, which
   * removes what only that needed.
   */
  readonly values: TemplateValues;
  /** Folders that the other template has to make, by what is in them: see the partial `stack`. */
  readonly runtimeFolders: readonly string[];
  readonly buildFolders: readonly string[];
  /** `NAME=value`, for the partial `build-variables` of the other template. */
  readonly buildVariables: readonly string[];
  readonly warnings: readonly Notice[];
}

/**
 * Node.js for an app in another language that has a `package.json` for its assets; `undefined` for
 * one that has none.
 * @throws DeployError where a file cannot be understood or names an unknown version.
 */
export function nodeForAssets(app: AppFolder): NodeForAssets | undefined {
  if (!node.detect(app)) return undefined;
  const { summary, reason, values, warnings } = node.plan(app);
  const list = (name: string) => {
    const value = values[name];
    return Array.isArray(value) ? value.map(String) : [];
  };
  return {
    summary,
    reason,
    values: { ...values, build: undefined, forAssets: true },
    runtimeFolders: list('runtimeFolders'),
    buildFolders: list('buildFolders'),
    buildVariables: list('buildVariables'),
    warnings,
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
