import { quoteForShell } from '../../shell-word.ts';
import { type NodeForAssets, nodeForAssets } from '../node/index.ts';
import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { secretNames, secretsReason } from '../registry-secrets.ts';
import { runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import { findManagePy } from './django.ts';
import { choosePackageManager, isPythonApp, type PackageManagerName } from './package-manager.ts';
import { pipRecipe } from './pip.ts';
import { pipenvRecipe } from './pipenv.ts';
import { poetryRecipe } from './poetry.ts';
import { compilerVariables, pythonFolder, type Recipe } from './recipe.ts';
import { requiresPythonNotices } from './requires-python.ts';
import { uvRecipe } from './uv.ts';
import { choosePythonVersion } from './version.ts';

/** Python with pip, Pipenv, Poetry or uv, built as Heroku's buildpack does it (heroku-buildpack-python, bin/compile). */
export const python: Platform = {
  name: 'python',
  detect: isPythonApp,
  plan(app) {
    const choice = choosePackageManager(app);
    const version = choosePythonVersion(app, choice.name);
    const recipe = recipeFor(app, choice.name, version.version);
    const node = nodeForAssets(app);
    const secrets = secretNames(app, recipe.settingsFiles);
    const withNode = node === undefined ? '' : ` and ${node.summary}`;
    const nodeReason = node === undefined ? '' : `; for the assets ${node.reason}`;
    return {
      summary: `Python ${version.version} with ${recipe.label}${withNode}`,
      reason: `Python ${version.version} (${version.reason}), ${recipe.label} (${choice.reason})${secretsReason(secrets)}${nodeReason}`,
      values: templateValues(app, version.version, recipe, secrets, node),
      warnings: [
        ...version.warnings,
        ...requiresPythonNotices(app, version.version),
        ...choice.warnings,
        ...(node?.warnings ?? []),
      ],
    };
  },
  defaultProcessTypes: () => ({}),
};

function recipeFor(app: AppFolder, name: PackageManagerName, pythonVersion: string): Recipe {
  switch (name) {
    case 'pip':
      return pipRecipe(app, pythonVersion);
    case 'pipenv':
      return pipenvRecipe(app);
    case 'poetry':
      return poetryRecipe(app);
    case 'uv':
      return uvRecipe(app);
  }
}

function templateValues(
  app: AppFolder,
  version: string,
  recipe: Recipe,
  secrets: readonly string[],
  node: NodeForAssets | undefined,
): TemplateValues {
  const [name = ''] = recipe.label.split(' ');
  const { runtime, sourceFirst } = recipe;
  return {
    python: runtimeValues({
      prefix: 'PYTHON',
      mirror: 'https://heroku-buildpack-python.s3.dualstack.us-east-1.amazonaws.com',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: 'python-${PYTHON_VERSION}-ubuntu-${VERSION_ID}-amd64.tar.zst',
      perStack: true,
      version,
      checksum: undefined,
      folder: pythonFolder,
      topFolder: false,
      // Only pip is in it, of which the others make use first.
      steps:
        runtime === undefined ? [] : [`rm -r ${pythonFolder}/lib/python3.*/ensurepip/_bundled`],
    }),
    runtimeFolders: [pythonFolder, ...(node?.runtimeFolders ?? [])],
    buildFolders: [recipe.folder, ...(node?.buildFolders ?? [])],
    uv: runtime && runtimeValues(runtime),
    name,
    hasSteps: recipe.steps !== undefined,
    steps: recipe.steps,
    environment: recipe.environment,
    programs: recipe.programs,
    buildVariables: [
      ...compilerVariables,
      ...recipe.buildVariables,
      ...(node?.buildVariables ?? []),
    ],
    mounts: runMounts({ cache: name, secrets }),
    sourceFirst,
    manifests:
      sourceFirst === undefined &&
      recipe.manifests.map(({ sources, target }) => ({ sources: sources.join(' '), target })),
    install: recipe.install,
    installApp: recipe.installApp,
    managePy: quoted(findManagePy(app)),
    node: node?.values,
  };
}

/** A path is a word of the build's shell, whatever it is called. */
function quoted(path: string | undefined): string | undefined {
  return path === undefined || /^[\w./-]+$/.test(path) ? path : quoteForShell(path);
}
