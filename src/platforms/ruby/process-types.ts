import type { AppFolder } from '../platform.ts';
import { type Lockfile, lockfileName, parseLockfile } from './lockfile.ts';
import { isRails } from './rails.ts';

/**
 * How Heroku's buildpack serves an app without a Procfile (heroku-buildpack-ruby,
 * lib/language_pack/rack.rb and rails4.rb); nothing where there is no lock, or neither in it.
 */
export function defaultProcessTypes(app: AppFolder): Readonly<Record<string, string>> {
  const lockfile = parseLockfile(app.read(lockfileName) ?? '');
  const web = isRails(lockfile) ? railsServer(app) : rackServer(app, lockfile);
  return web === undefined ? {} : { web };
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the shell's
function railsServer(app: AppFolder): string {
  const rails = app.has('bin/rails') ? 'bin/rails' : 'bundle exec rails';
  return `${rails} server -p \${PORT:-5000} -e $RAILS_ENV`;
}

/** These listen beyond the dyno itself because RACK_ENV is not `development`. */
function rackServer(app: AppFolder, { gems }: Lockfile): string | undefined {
  if (!gems.has('rack') || !app.has('config.ru')) return undefined;
  return gems.has('thin')
    ? 'bundle exec thin start -R config.ru -e $RACK_ENV -p ${PORT:-5000}'
    : 'bundle exec rackup config.ru -p ${PORT:-5000}';
}
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the shell's
