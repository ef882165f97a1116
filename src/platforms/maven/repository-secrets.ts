import type { AppFolder } from '../platform.ts';

/** Settings in the app's folder, which Heroku's buildpack gives to Maven (heroku-buildpack-java, lib/maven.sh). */
export const settingsName = 'settings.xml';

const everPresent = ['HOME', 'PATH', 'PWD', 'JAVA_HOME'];

/**
 * Environment variables that the app's settings take a private repository's password from:
 * `${env.TOKEN}` (https://maven.apache.org/settings.html). The build mounts them as secrets.
 */
export function secretNames(app: AppFolder): string[] {
  const names = [...(app.read(settingsName) ?? '').matchAll(/\$\{env\.(\w+)\}/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(names)].filter((name) => !everPresent.includes(name));
}
