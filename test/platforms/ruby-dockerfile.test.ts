import { describe, expect, it } from 'vitest';
import { openAppFolder } from '../../src/platforms/app-folder.ts';
import { ruby } from '../../src/platforms/ruby/index.ts';
import { makeApp, manifestText } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const versions = 'RUBY VERSION\n   ruby 3.4.2p100\n\nBUNDLED WITH\n   2.6.2\n';

function lockOf(gems: Files, before = ''): string {
  const lines = Object.entries(gems).map(([gem, version]) => `    ${gem} (${version})\n`);
  return `${before}GEM\n  remote: https://rubygems.org/\n  specs:\n${lines.join('')}\n${versions}`;
}

const appWith = (gems: Files, files: Files = {}): Files => ({
  Gemfile: '',
  'Gemfile.lock': lockOf(gems),
  ...files,
});
const triggers = (gems: Files, files?: Files) => triggersOf(dockerfileFor(appWith(gems, files)));
const base = (gems: Files, files?: Files) =>
  instructionsOf(dockerfileFor(appWith(gems, files)))
    .filter((instruction) => !instruction.startsWith('ONBUILD'))
    .join('\n');

const install = expect.stringMatching(/^RUN env "BUNDLE_MIRROR.* bundle install && rm -rf /);
const source = 'COPY --chown=1000:1000 . ./';
const rails = { railties: '8.0.1', propshaft: '1.1.0', rack: '3.1.8' };

describe('the base', () => {
  it('has the Ruby and the Bundler of Gemfile.lock', () => {
    const instructions = base({});
    expect(instructions).toContain('ARG RUBY_VERSION=3.4.2');
    expect(instructions).toContain('gem install bundler --version 2.6.2 ');
    expect(instructions).toContain('GEM_PATH=/app/heroku/bundle/ruby/3.4.0 ');
  });

  it('keeps the headers outside /app', () => {
    expect(base({})).toContain('mv include /opt/ruby/ && ln -s /opt/ruby/include include');
  });

  it('asks a company’s gem server, where there is one', () => {
    expect(base({})).toContain(`--clear-sources --source "\${RUBYGEMS_MIRROR}"`);
    const dockerfile = dockerfileFor(appWith({}));
    expect(dockerfile).toContain('ONBUILD ARG RUBYGEMS_MIRROR=https://rubygems.org\n');
    expect(dockerfile).toContain(`"BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/=\${RUBYGEMS_MIRROR}"`);
  });

  it('sets what Heroku’s buildpack sets, for Rack and for Rails', () => {
    expect(base({})).not.toMatch(/RACK_ENV|RAILS_ENV/);
    expect(base({ rack: '3.1.8' })).toContain('RACK_ENV=production');
    expect(base({ rack: '3.1.8' })).not.toContain('RAILS_ENV');
    const all = ['RACK_ENV=production', 'RAILS_ENV=production', 'RAILS_LOG_TO_STDOUT=enabled'];
    for (const variable of all) expect(base(rails)).toContain(variable);
  });
});

describe('the install', () => {
  it('comes before the source', () => {
    expect(triggers({ rack: '3.1.8' })).toEqual([
      'COPY --chown=1000:1000 Gemfile Gemfile.lock .ruby-versio[n] .tool-version[s] ./',
      install,
      source,
    ]);
  });

  it.each([
    ['a gem is part of the app', { 'Gemfile.lock': lockOf({}, 'PATH\n  remote: .\n\n') }],
    ['the Gemfile reads other files (eval_gemfile)', { Gemfile: 'eval_gemfile "more"\n' }],
    ['the Gemfile reads other files (gemspec)', { Gemfile: 'source "x"\n  gemspec\n' }],
    ['the gems are in vendor/cache', { 'vendor/cache/rack-3.1.8.gem': '' }],
  ])('comes after the source, because %s', (reason, files) => {
    expect(triggers({}, files).slice(0, 2)).toEqual([source, install]);
    expect(dockerfileFor(appWith({}, files))).toContain(`because ${reason}.`);
  });

  it('leaves no archives of gems in the slug', () => {
    expect(triggers({}, { 'vendor/cache/rack-3.1.8.gem': '' }).at(-1)).toBe(
      'RUN rm -f vendor/cache/*.gem',
    );
  });

  it('does not take a comment or a gem for a file that is read', () => {
    const Gemfile = '# see eval_gemfile\ngem "rack" # File.read\ngem "instance"\n';
    expect(triggers({}, { Gemfile })[1]).toEqual(install);
  });

  it('takes logins for other servers than rubygems.org as secrets', () => {
    const lock = 'GEM\n  remote: https://gems.my-company.example/\n  specs:\n';
    const dockerfile = dockerfileFor(appWith({}, { 'Gemfile.lock': lock }));
    const name = 'BUNDLE_GEMS__MY___COMPANY__EXAMPLE';
    expect(dockerfile).toContain(`--mount=type=secret,id=${name},env=${name}`);
    expect(dockerfileFor(appWith({}))).not.toContain('type=secret');
  });
});

describe('Rails', () => {
  it('has its assets made, with no real secret', () => {
    expect(triggers(rails).at(-1)).toBe(
      'RUN SECRET_KEY_BASE_DUMMY=1 bundle exec rake assets:precompile assets:clean && rm -rf tmp/cache && mkdir --parents tmp/pids',
    );
    expect(triggers({ ...rails, railties: '7.0.8' }).at(-1)).toContain(
      'SECRET_KEY_BASE=unused bundle exec rake',
    );
  });

  it('has none made without a gem for it', () => {
    expect(triggers({ railties: '8.0.1' }).at(-1)).toBe('RUN mkdir --parents tmp/pids');
  });

  it('makes up a secret at the start where nothing else brings one', () => {
    const credentials = { 'config/credentials.yml.enc': '' };
    for (const dockerfile of [base(rails), base(rails, credentials)]) {
      expect(dockerfile).toContain('/app/.profile.d/secret-key-base.sh');
      expect(dockerfile).toContain(`[[ -z "\${SECRET_KEY_BASE:-}\${RAILS_MASTER_KEY:-}" &&`);
    }
    expect(base({})).not.toContain('SECRET_KEY_BASE');
  });
});

describe('an app with a package.json', () => {
  const node = (scripts: Files): Files => ({
    'package.json': manifestText({ scripts }),
    'package-lock.json': '{ "lockfileVersion": 3 }',
  });

  it('has its assets built with Node.js, and what only that needed removed', () => {
    expect(triggers({}, node({ build: 'tsc' })).slice(2)).toEqual([
      'COPY --chown=1000:1000 package.json package-lock.json .npmr[c] ./',
      'RUN npm ci --include=dev',
      source,
      'RUN npm run build && npm prune --omit=dev',
    ]);
  });

  it('leaves the scripts to Rails where that makes assets', () => {
    expect(triggers(rails, node({ build: 'esbuild' })).at(-1)).toMatch(
      /^RUN SECRET_KEY_BASE_DUMMY=1 SKIP_YARN_INSTALL=1 bundle exec .* && npm prune --omit=dev$/,
    );
  });

  it('keeps the order that its packages need', () => {
    expect(triggers({}, node({ postinstall: 'node setup.js' })).slice(1)).toEqual([
      install,
      source,
      'RUN npm ci --include=dev',
      'RUN npm prune --omit=dev',
    ]);
  });
});

describe('the default process types', () => {
  const types = (gems: Files, files?: Files) =>
    ruby.defaultProcessTypes(makeApp(appWith(gems, files)));

  it('start Rails by its own program', () => {
    expect(types(rails, { 'bin/rails': '' })).toEqual({
      web: `bin/rails server -p \${PORT:-5000} -e $RAILS_ENV`,
    });
    expect(types(rails)['web']).toMatch(/^bundle exec rails server /);
  });

  it('start what config.ru says', () => {
    const rack = { rack: '3.1.8' };
    expect(types(rack, { 'config.ru': '' })).toEqual({
      web: `bundle exec rackup config.ru -p \${PORT:-5000}`,
    });
    expect(types({ ...rack, thin: '2.0.1' }, { 'config.ru': '' })['web']).toContain(
      'exec thin start',
    );
    expect(types(rack)).toEqual({});
  });

  it('are none without a lock, or of an empty folder', () => {
    expect(ruby.defaultProcessTypes(makeApp({ Gemfile: '' }))).toEqual({});
    expect(ruby.defaultProcessTypes(openAppFolder(makeApp().path))).toEqual({});
  });
});
