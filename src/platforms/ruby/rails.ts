import semver from 'semver';
import type { Lockfile } from './lockfile.ts';

/** What serves an app's assets in production, or makes them for what does. */
const assetGems = ['sprockets-rails', 'propshaft', 'shakapacker', 'webpacker', 'vite_rails'];

/** Whether it is an app of Rails, as Heroku's buildpack tells. */
export function isRails({ gems }: Lockfile): boolean {
  return gems.has('railties');
}

/** `NAME=value`, set at build and at run time (heroku-buildpack-ruby, lib/language_pack/helpers/default_env_vars.rb). */
export const railsEnvironment: readonly string[] = [
  'RAILS_ENV=production',
  'RAILS_LOG_TO_STDOUT=enabled',
  'RAILS_SERVE_STATIC_FILES=enabled',
  'DISABLE_SPRING=1',
];

/**
 * Commands that build the app's assets; none where it has nothing to build them with.
 * @param withNode whether there are packages of Node.js, which are installed before.
 */
export function assetCommands({ gems }: Lockfile, withNode: boolean): string[] {
  if (!assetGems.some((gem) => gems.has(gem))) return [];
  const variables = [unusedSecret(gems), ...(withNode ? ['SKIP_YARN_INSTALL=1'] : [])].join(' ');
  return [`${variables} bundle exec rake assets:precompile assets:clean`, 'rm -rf tmp/cache'];
}

/** Rails does not start without a secret. The real one is no business of a build. */
function unusedSecret(gems: Lockfile['gems']): string {
  const version = semver.coerce(gems.get('railties')) ?? '0.0.0';
  return semver.gte(version, '7.1.0') ? 'SECRET_KEY_BASE_DUMMY=1' : 'SECRET_KEY_BASE=unused';
}
