import type { AppFolder } from '../platform.ts';

const settingsFiles = ['.npmrc', '.yarnrc.yml'];
const everPresent = ['HOME', 'PATH', 'PWD'];

/**
 * Environment variables that a private registry's settings take their token from: `${NPM_TOKEN}`
 * in .npmrc (https://docs.npmjs.com/cli/configuring-npm/npmrc). The build mounts them as secrets.
 */
export function secretNames(app: AppFolder): string[] {
  const settings = settingsFiles.map((file) => app.read(file) ?? '').join('\n');
  const names = [...settings.matchAll(/\$\{(\w+)[^}]*\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !everPresent.includes(name));
}

/** Tells how the secrets get into the build; empty where there are none. */
export function secretsReason(names: readonly string[]): string {
  return names.length === 0
    ? ''
    : `; the build is to be given ${names.join(', ')} by the setting "secrets"`;
}
