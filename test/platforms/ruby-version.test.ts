import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { checkPlatforms, chooseBundlerVersion } from '../../src/platforms/ruby/bundler.ts';
import inventory from '../../src/platforms/ruby/inventory.json' with { type: 'json' };
import { parseLockfile } from '../../src/platforms/ruby/lockfile.ts';
import { chooseRubyVersion } from '../../src/platforms/ruby/version.ts';
import { makeApp, refusalOf } from './app.ts';

const newestOf = (range: string) => semver.maxSatisfying(Object.keys(inventory), range) ?? '';

function choose(locked?: string, files: Readonly<Record<string, string>> = {}) {
  const lock = locked === undefined ? '' : `RUBY VERSION\n   ${locked}\n`;
  return chooseRubyVersion(makeApp({ Gemfile: '', ...files }), parseLockfile(lock));
}

describe('the inventory', () => {
  it('has the newest version first, and no checksum, as Heroku publishes none', () => {
    const versions = Object.keys(inventory);
    expect(versions).toEqual([...versions].sort(semver.rcompare));
    expect(new Set(Object.values(inventory))).toEqual(new Set(['']));
  });
});

describe('chooseRubyVersion', () => {
  it.each(['ruby 3.3.9p170', 'ruby 3.3.9'])('takes the version of %s', (locked) => {
    expect(choose(locked)).toEqual({
      version: '3.3.9',
      reason: 'Gemfile.lock asks for ruby 3.3.9',
      warnings: [],
    });
  });

  it('takes the default where nothing is locked, and says how to ask for one', () => {
    const { version, reason, warnings } = choose();
    expect(version).toBe('3.3.9');
    expect(reason).toBe('Ruby 3.3.9, the default');
    expect(warnings[0]?.message).toContain('Write ruby "~> 3.3.9" into the Gemfile');
    expect(warnings[0]?.location).toEqual({ file: 'Gemfile' });
  });

  it.each([
    ['Gemfile', 'source "https://rubygems.org"\n\nruby "3.4.2"\n', 3],
    ['Gemfile', "\nruby('3.4.2')\n", 2],
    ['.ruby-version', '3.4.2\n', 1],
    ['.ruby-version', 'ruby-3.4.2\n', 1],
  ])('says that %s is not heard unless it is locked', (file, text, line) => {
    const [warning] = choose(undefined, { [file]: text }).warnings;
    expect(warning?.message).toContain(`What ${file} says (3.4.2) counts once it is in there.`);
    expect(warning?.location).toEqual({ file, line });
  });

  it('says that .ruby-version differs', () => {
    const [warning] = choose('ruby 3.3.9p170', { '.ruby-version': '3.4.2' }).warnings;
    expect(warning?.message).toContain('.ruby-version says 3.4.2, but Gemfile.lock decides');
    expect(choose('ruby 3.3.9p170', { '.ruby-version': '3.3.9' }).warnings).toEqual([]);
  });

  it('warns of a release line without security fixes', () => {
    const [warning] = choose('ruby 3.1.4p223').warnings;
    expect(warning?.message).toContain('Ruby 3.1 gets no security fixes any more');
    expect(warning?.location).toEqual({ file: 'Gemfile.lock', line: 2 });
  });

  it.each(['3.4.99', '9.0.0'])(
    'takes %s, newer than all that is known, with a warning',
    (newer) => {
      const { version, warnings } = choose(`ruby ${newer}p1`);
      expect(version).toBe(newer);
      expect(warnings.map(({ message }) => message)).toEqual([
        expect.stringContaining('newer than those known here'),
      ]);
    },
  );

  it.each([
    ['2.7.8', newestOf('3.x')],
    ['3.0.7', '3.1.0'],
  ])('refuses %s and names %s as the nearest', (version, nearest) => {
    const error = refusalOf(() => choose(`ruby ${version}p225`));
    expect(error.message).toContain(`the nearest is ${nearest}`);
    expect(error.location).toEqual({ file: 'Gemfile.lock', line: 2 });
  });

  it.each(['ruby 3.1.4p0 (jruby 9.4.8.0)', 'ruby 3.4.0.preview1', 'ruby 3.4.0dev'])(
    'refuses %s',
    (locked) => {
      expect(refusalOf(() => choose(locked)).message).toContain(`asks for "${locked}"`);
    },
  );
});

describe('chooseBundlerVersion', () => {
  const bundler = (locked: string, ruby = '3.3.9') =>
    chooseBundlerVersion(parseLockfile(`BUNDLED WITH\n   ${locked}\n`), ruby);

  it.each(['2.5.23', '2.6.0.dev', '4.0.1'])('takes %s from the lock', (version) => {
    expect(bundler(version)).toEqual({ version, reason: 'BUNDLED WITH' });
  });

  it('takes the default where the lock does not say', () => {
    expect(chooseBundlerVersion(parseLockfile(''), '3.3.9').version).toBe('2.5.23');
    expect(bundler('$(reboot)').version).toBe('2.5.23');
  });

  it('refuses one that is too old for the Ruby', () => {
    expect(refusalOf(() => bundler('1.17.3')).location).toEqual({ file: 'Gemfile.lock', line: 2 });
    expect(bundler('1.17.3', '3.1.7').version).toBe('1.17.3');
  });
});

describe('checkPlatforms', () => {
  const check = (...platforms: string[]) =>
    checkPlatforms(parseLockfile(`PLATFORMS\n${platforms.map((one) => `  ${one}\n`).join('')}`));

  it.each(['ruby', 'x86_64-linux', 'x86_64-linux-gnu'])('takes a lock for %s', (platform) => {
    expect(() => check('arm64-darwin-24', platform)).not.toThrow();
  });

  it('takes a lock that says nothing', () => {
    expect(() => checkPlatforms(parseLockfile(''))).not.toThrow();
  });

  it('refuses a lock for other machines alone, and says what adds dynos', () => {
    const error = refusalOf(() => check('arm64-darwin-24', 'x86_64-linux-musl'));
    expect(error.message).toContain('is for arm64-darwin-24, x86_64-linux-musl');
    expect(error.remedy).toContain('bundle lock --add-platform x86_64-linux');
    expect(error.location).toEqual({ file: 'Gemfile.lock', line: 2 });
  });
});
