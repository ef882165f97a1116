import { DeployError } from '../errors.ts';
import { clojure } from './clojure/index.ts';
import { dotnet } from './dotnet/index.ts';
import { go } from './go/index.ts';
import { gradle } from './gradle/index.ts';
import { maven } from './maven/index.ts';
import { minimal } from './minimal.ts';
import { node } from './node/index.ts';
import { php } from './php/index.ts';
import type { AppFolder, Platform } from './platform.ts';
import { python } from './python/index.ts';
import { ruby } from './ruby/index.ts';
import { scala } from './scala/index.ts';
import { staticSite } from './static/index.ts';

/**
 * Every platform, in order of precedence: the first that detects an app has it. A new one goes
 * before those whose files it may have as well: Node.js is late, because projects in other
 * languages often have a package.json (heroku/cnb-builder-images, builder-24/builder.toml). A static
 * site with a package.json is one that Node.js builds and does not serve.
 */
export const platforms: readonly Platform[] = [
  ruby,
  clojure,
  python,
  maven,
  gradle,
  scala,
  go,
  php,
  dotnet,
  staticSite,
  node,
  minimal,
];

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

/** The languages that detect the app as well, whose template its user may rather want. */
export function otherPlatforms(app: AppFolder, chosen: Platform): readonly Platform[] {
  const isOther = (platform: Platform) => platform !== chosen && platform !== minimal;
  return platforms.filter((platform) => isOther(platform) && platform.detect(app));
}

function platformNames(): string {
  return platforms.map(({ name }) => name).join(', ');
}
