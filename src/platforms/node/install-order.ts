import type { AppFolder } from '../platform.ts';
import type { Manifest } from './manifest.ts';
import type { Recipe } from './recipe.ts';

/** The app's own scripts that run with an install (https://docs.npmjs.com/cli/using-npm/scripts#life-cycle-scripts). */
const installScripts = [
  'heroku-prebuild',
  'pnpm:devPreinstall',
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
];

/** Git hooks are of no use in an image, and husky leaves it at that where there is no repository. */
const readsNothing = /^\s*husky(\s+install)?\s*(\|\|\s*(true|exit 0|:)\s*)?$/;

/** Dependencies that are folders or files of the app itself. */
const localSource = /^(file|link|portal|exec|workspace):|^\.{1,2}\/|^~\//;

/** A patch elsewhere than in the folder that is copied with the manifests. */
const patchElsewhere = /^patch:(?!.*#(~\/|\.\/)?\.yarn\/patches\/)/;

/**
 * Why the install has to have the whole source at hand, as a clause that follows "because";
 * `undefined` where the manifests are enough, and a change of the source need not install anew.
 */
export function whySourceFirst(
  app: AppFolder,
  manifest: Manifest,
  recipe: Recipe,
): string | undefined {
  const script = installScripts.find((name) => runsOwnCode(manifest.scripts[name]));
  if (script !== undefined) return `the script "${script}" runs with the install`;
  if (manifest.hasWorkspaces) return 'the app has workspaces';
  const local = manifest.dependencySources.find(
    (source) => localSource.test(source) || patchElsewhere.test(source),
  );
  if (local !== undefined) return 'a dependency is part of the app';
  if (app.has('binding.gyp')) return 'binding.gyp makes the install compile the app';
  return recipe.readsSource;
}

function runsOwnCode(script: string | undefined): boolean {
  return script !== undefined && script.trim() !== '' && !readsNothing.test(script);
}
