import type { AppFolder, Notice } from '../platform.ts';

const settingsFiles = ['.npmrc', '.yarnrc.yml'];

/**
 * Environment variables that a private registry's settings take their token from: `${NPM_TOKEN}`
 * in .npmrc (https://docs.npmjs.com/cli/configuring-npm/npmrc). The build mounts them as secrets.
 */
export function secretNames(app: AppFolder): string[] {
  const settings = settingsFiles.map((file) => app.read(file) ?? '').join('\n');
  const names = [...settings.matchAll(/\$\{(\w+)[^}]*\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !['HOME', 'PWD', 'PATH'].includes(name));
}

/** Tells how the secrets get into the build. */
export function secretNotices(names: readonly string[]): Notice[] {
  return names.map((name) => ({
    message: `The package manager's settings read $${name}: give the build a secret of that name ("secrets: ${name}").`,
  }));
}
