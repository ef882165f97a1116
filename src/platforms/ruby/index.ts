import { nodeForAssets } from '../node/index.ts';
import type { Platform } from '../platform.ts';
import { checkPlatforms, chooseBundlerVersion, loginNames } from './bundler.ts';
import { gemfileName, type Lockfile, readLockfile } from './lockfile.ts';
import { defaultProcessTypes } from './process-types.ts';
import { templateValues } from './values.ts';
import { chooseRubyVersion } from './version.ts';

/** Ruby with Bundler, built as Heroku's buildpack does it (heroku-buildpack-ruby, lib/language_pack/ruby.rb). */
export const ruby: Platform = {
  name: 'ruby',
  detect: (app) => app.has(gemfileName),
  plan(app) {
    const lockfile = readLockfile(app);
    checkPlatforms(lockfile);
    const version = chooseRubyVersion(app, lockfile);
    const bundler = chooseBundlerVersion(lockfile, version.version);
    const node = nodeForAssets(app);
    const forAssets = (what: string | undefined) => (what === undefined ? '' : `; assets: ${what}`);
    return {
      summary: `Ruby ${version.version} with Bundler ${bundler.version}${forAssets(node?.summary)}`,
      reason: `${version.reason}; Bundler ${bundler.version} (${bundler.reason})${forAssets(node?.reason)}${loginReason(lockfile)}`,
      values: templateValues(app, lockfile, version.version, bundler.version, node),
      warnings: [...version.warnings, ...(node?.warnings ?? [])],
    };
  },
  defaultProcessTypes,
};

function loginReason(lockfile: Lockfile): string {
  const names = loginNames(lockfile);
  return names.length === 0
    ? ''
    : `; a login for its gems can be given as ${names.join(', ')} by the setting "secrets"`;
}
