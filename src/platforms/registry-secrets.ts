import type { AppFolder } from './platform.ts';

const everPresent = ['HOME', 'PATH', 'PWD'];

/**
 * Environment variables that a private registry's settings take their token from: `${NPM_TOKEN}`
 * in .npmrc, `${TOKEN}` in requirements.txt. The build mounts them as secrets.
 * @param files the app's files that may have such settings.
 */
export function secretNames(app: AppFolder, files: readonly string[]): string[] {
  const settings = files.map((file) => app.read(file) ?? '').join('\n');
  const names = [...settings.matchAll(/\$\{(\w+)[^}]*\}/g)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !everPresent.includes(name));
}

/** Tells how the secrets get into the build; empty where there are none. */
export function secretsReason(names: readonly string[]): string {
  return names.length === 0
    ? ''
    : `; the build is to be given ${names.join(', ')} by the setting "secrets"`;
}
