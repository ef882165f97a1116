import type { NodeForAssets } from '../node/index.ts';
import type { AppFolder, TemplateValues } from '../platform.ts';
import { inOneLayer, runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import { loginNames, whySourceFirst } from './bundler.ts';
import type { Lockfile } from './lockfile.ts';
import { assetCommands, isRails, railsEnvironment } from './rails.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the shell's
/**
 * Heroku builds Ruby once for each stack; the release number of the stack's Ubuntu says which it is.
 * That of heroku-22 is for amd64 alone, and has no folder for it.
 */
const archivePath =
  'heroku-$(. /etc/os-release && echo "${VERSION_ID%.*}/amd64" | sed s,22/amd64,22,)/ruby-${RUBY_VERSION}.tgz';

/**
 * Installs the gems, and removes what only that needed. Compiled ones are cached for each stack: they
 * need its libraries. What comes from the cache is not copied into the gem's own folder, as what is
 * compiled is: some look for it there, and both are to make the same slug. The variable for Bundler's
 * mirrors is none that ARG could name.
 */
const installCommands = [
  'env "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/=${RUBYGEMS_MIRROR}" BUNDLE_USER_CACHE="/tmp/cache/$(. /etc/os-release && echo "${VERSION_ID}")" bundle install',
  'rm -rf "${BUNDLE_PATH}"/ruby/*/cache',
  'find "${BUNDLE_PATH}" -path "*/extensions/*.so" | sed --regexp-extended "p; s,/extensions/[^/]+/[^/]+/([^/]+)/,/gems/\\1/lib/," | xargs --no-run-if-empty --max-args=2 install -D',
  'find "${BUNDLE_PATH}" \\( -name .git -o -name "*.[ao]" -o -name mkmf.log -o -name gem_make.out -o -path "*/ext/*/Makefile" -o -path "*/ext/*/extconf.h" \\) -prune -exec rm -rf {} +',
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the shell's

/** Values for the template. */
export function templateValues(
  app: AppFolder,
  lockfile: Lockfile,
  version: string,
  bundler: string,
  node: NodeForAssets | undefined,
): TemplateValues {
  const rails = isRails(lockfile);
  const assets = rails ? assetCommands(lockfile, node !== undefined) : [];
  // Rails has its own way to the scripts of package.json: jsbundling-rails, for one.
  const scripts = assets.length > 0 ? [] : commandsOf(node, 'scripts');
  const sourceFirst = whySourceFirst(app, lockfile);
  return {
    runtime: rubyRuntime(version),
    runtimeFolders: ['/app/heroku/ruby', '/app/heroku/bundle', ...(node?.runtimeFolders ?? [])],
    buildFolders: ['/opt/ruby', ...(node?.buildFolders ?? [])],
    bundler,
    interface: `${version.split('.', 2).join('.')}.0`,
    environment: [
      ...(lockfile.gems.has('rack') ? ['RACK_ENV=production'] : []),
      ...(rails ? railsEnvironment : []),
    ],
    isRails: rails,
    mounts: runMounts({ cache: 'bundler', sharing: 'locked', secrets: loginNames(lockfile) }),
    buildVariables: [
      'BUNDLE_GLOBAL_GEM_CACHE=true',
      'RUBYGEMS_MIRROR=https://rubygems.org',
      'NOKOGIRI_USE_SYSTEM_LIBRARIES=true',
      ...(node?.buildVariables ?? []),
    ],
    install: inOneLayer(installCommands),
    sourceFirst,
    manifests: sourceFirst === undefined && [
      { sources: 'Gemfile Gemfile.lock .ruby-versio[n] .tool-version[s]', target: './' },
    ],
    node: node?.values,
    build: inOneLayer([
      ...scripts,
      ...assets,
      ...(rails ? ['mkdir --parents tmp/pids'] : []),
      ...(app.hasFolder('vendor/cache') ? ['rm -f vendor/cache/*.gem'] : []),
      ...commandsOf(node, 'prune'),
    ]),
  };
}

function rubyRuntime(version: string): TemplateValues {
  return runtimeValues({
    prefix: 'RUBY',
    mirror: 'https://heroku-buildpack-ruby.s3.dualstack.us-east-1.amazonaws.com',
    path: archivePath,
    version,
    checksum: undefined,
    folder: '/app/heroku/ruby',
    topFolder: false,
    steps: [
      'cd /app/heroku/ruby',
      'mv include /opt/ruby/',
      'ln -s /opt/ruby/include include',
      'rm -rf share lib/*.a lib/ruby/gems/*/cache/*',
    ],
  });
}

function commandsOf(node: NodeForAssets | undefined, step: 'scripts' | 'prune'): string[] {
  const commands = node?.values[step];
  return typeof commands === 'string' && commands !== '' ? [commands] : [];
}
