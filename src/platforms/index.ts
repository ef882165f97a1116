import { DeployError } from '../errors.ts';
import { minimal } from './minimal.ts';
import { node } from './node/index.ts';
import type { AppFolder, Platform } from './platform.ts';

/**
 * Every platform, in order of precedence: the first that detects an app has it. A new one goes
 * before those whose files it may have as well: Node.js is late, because projects in other
 * languages often have a package.json (heroku/cnb-builder-images, builder-24/builder.toml).
 */
export const platforms: readonly Platform[] = [node, minimal];

/**
 * Decides whose template an app gets.
 * @param forced the template's name, where the user chose one.
 * @throws DeployError where no platform has that name, or none detects the app.
 */
export function detectPlatform(app: AppFolder, forced?: string): Platform {
  const platform = findPlatform(app, forced);
  if (platform === undefined) {
    throw new DeployError(
      `${app.path} has no Dockerfile, and no language was detected (tried: ${platformNames()}).`,
      'Check the "working-directory" setting, write a Dockerfile, or start one with "template: minimal".',
    );
  }
  return platform;
}

/**
 * The same for an app that may have a Dockerfile of its own: `undefined` where no platform detects it.
 * @throws DeployError where no platform has the forced name.
 */
export function findPlatform(app: AppFolder, forced?: string): Platform | undefined {
  if (forced === undefined) return platforms.find((candidate) => candidate.detect(app));
  const platform = platforms.find((candidate) => candidate.name === forced);
  if (platform === undefined) {
    throw new DeployError(`Unknown template "${forced}".`, `Use one of these: ${platformNames()}.`);
  }
  return platform;
}

function platformNames(): string {
  return platforms.map(({ name }) => name).join(', ');
}
