import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';
import { gemfileName, type Lockfile, lockfileName } from './lockfile.ts';

/** What Heroku's buildpack installs where Gemfile.lock does not say (heroku-buildpack-ruby, lib/language_pack/helpers/bundler_wrapper.rb). */
const defaultVersion = '2.5.23';

/** A Bundler release, and what of the app led to it. */
export interface BundlerVersion {
  readonly version: string;
  readonly reason: string;
}

/**
 * The Bundler that wrote Gemfile.lock.
 * @throws DeployError where it does not run on the app's Ruby.
 */
export function chooseBundlerVersion({ bundledWith }: Lockfile, ruby: string): BundlerVersion {
  const version = /^\d+(\.\w+)+$/.exec(bundledWith?.text ?? '')?.[0];
  if (version === undefined) return { version: defaultVersion, reason: 'the default' };
  if (version.startsWith('1.') && !ruby.startsWith('3.1.')) {
    throw new DeployError(
      `${lockfileName} was made by Bundler ${version}, which does not run on Ruby 3.2 and later.`,
      'Run "bundle update --bundler" with a Bundler of today.',
      bundledWith === undefined ? {} : { location: bundledWith.location },
    );
  }
  return { version, reason: 'BUNDLED WITH' };
}

/**
 * Refuses a Gemfile.lock that was made for other machines alone: Bundler would not install from it.
 * @throws DeployError where it has no gems for dynos.
 */
export function checkPlatforms({ platforms }: Lockfile): void {
  const [first] = platforms;
  if (
    first === undefined ||
    platforms.some(({ text }) => /^(ruby|x86_64-linux(-gnu)?)$/.test(text))
  ) {
    return;
  }
  throw new DeployError(
    `${lockfileName} is for ${platforms.map(({ text }) => text).join(', ')}, and not for dynos.`,
    'Run "bundle lock --add-platform x86_64-linux", and commit what it writes.',
    { location: first.location },
  );
}

/** Words of a Gemfile that make it read more of the app than is copied for the install. */
const readsFiles =
  /^[^#\n]*\b(eval_gemfile|require_relative|instance_eval|gemspec|File\.\w+|Dir\b|__dir__)/m;

/**
 * Why the install has to have the whole source at hand, as a clause that follows "because";
 * `undefined` where the Gemfile and its lock are enough.
 */
export function whySourceFirst(app: AppFolder, { sources }: Lockfile): string | undefined {
  const local = sources.find(({ kind }) => kind === 'PATH');
  if (local !== undefined) return 'a gem is part of the app';
  if (sources.some(({ kind }) => kind === 'PLUGIN SOURCE')) return 'a plugin of Bundler finds gems';
  const [, word] = readsFiles.exec(app.read(gemfileName) ?? '') ?? [];
  if (word !== undefined) return `the ${gemfileName} reads other files (${word})`;
  return app.hasFolder('vendor/cache') ? 'the gems are in vendor/cache' : undefined;
}

/**
 * Environment variables that Bundler takes a server's login from: `BUNDLE_GEMS__EXAMPLE__COM`
 * (https://bundler.io/man/bundle-config.1.html). The build mounts them as secrets.
 */
export function loginNames({ sources }: Lockfile): string[] {
  const hosts = sources
    .filter(({ kind }) => kind === 'GEM' || kind === 'GIT')
    .map(({ remote }) => (URL.canParse(remote) ? new URL(remote).host : ''))
    .filter((host) => /^[a-z0-9.-]+$/.test(host) && host !== 'rubygems.org');
  return [...new Set(hosts)].map(
    (host) => `BUNDLE_${host.replaceAll('.', '__').replaceAll('-', '___').toUpperCase()}`,
  );
}
