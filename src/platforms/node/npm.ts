import type { AppFolder } from '../platform.ts';
import type { PackageManagerChoice } from './package-manager.ts';
import { fetchedProgram, type Recipe } from './recipe.ts';

/** Comes with Node.js; another version takes its place where the app asks for one. */
export function npmRecipe(app: AppFolder, choice: PackageManagerChoice): Recipe {
  const { version, lockfile } = choice;
  return {
    label: version === undefined ? 'npm' : `npm ${version}`,
    ...(version !== undefined && { program: fetchedProgram('npm', 'npm', version) }),
    manifests: [
      { sources: ['package.json', ...(lockfile ? [lockfile] : []), '.npmr[c]'], target: './' },
    ],
    buildVariables: [],
    cacheSharing: 'shared',
    install: isLockedForCi(app, lockfile) ? 'npm ci --include=dev' : 'npm install --include=dev',
    prune: ['npm prune --omit=dev'],
    runScript: (name) => `npm run ${name}`,
    warnings: [],
  };
}

/** `npm ci` needs a lockfile with `lockfileVersion`, which npm writes since version 5. */
function isLockedForCi(app: AppFolder, lockfile: string | undefined): boolean {
  const text = lockfile === undefined ? undefined : app.read(lockfile);
  return text !== undefined && /"lockfileVersion"\s*:\s*[1-9]/.test(text);
}
