import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLockfile, readLockfile } from '../../src/platforms/ruby/lockfile.ts';
import { makeApp, refusalOf } from './app.ts';

const text = `GIT
  remote: https://github.com/owner/own.git
  revision: 0123456789abcdef
  branch: main
  specs:
    own (1.0.0.beta2)
      rack (>= 2)

PATH
  remote: gems/local
  specs:
    local (0.1.0)

GEM
  remote: https://rubygems.org/
  remote: https://gems.example.com/
  specs:
    nokogiri (1.18.2-x86_64-linux-gnu)
      racc (~> 1.4)
    nokogiri (1.18.2-arm64-darwin)
      racc (~> 1.4)
    racc (1.8.1)
    rack (3.1.8)

PLATFORMS
  arm64-darwin-24
  x86_64-linux

DEPENDENCIES
  local!
  nokogiri
  own!

CHECKSUMS
  rack (3.1.8) sha256=00

RUBY VERSION
   ruby 3.3.9p170

BUNDLED WITH
   2.5.23
`;

describe('parseLockfile', () => {
  it('finds the versions, at their lines', () => {
    const { ruby, bundledWith } = parseLockfile(text);
    expect(ruby).toEqual({
      text: 'ruby 3.3.9p170',
      location: { file: 'Gemfile.lock', line: 38 },
    });
    expect(bundledWith?.text).toBe('2.5.23');
  });

  it('finds the gems of every source, without their platforms', () => {
    expect(Object.fromEntries(parseLockfile(text).gems)).toEqual({
      own: '1.0.0.beta2',
      local: '0.1.0',
      nokogiri: '1.18.2',
      racc: '1.8.1',
      rack: '3.1.8',
    });
  });

  it('finds where they come from, and for which machines', () => {
    const { sources, platforms } = parseLockfile(text);
    expect(sources).toEqual([
      { kind: 'GIT', remote: 'https://github.com/owner/own.git' },
      { kind: 'PATH', remote: 'gems/local' },
      { kind: 'GEM', remote: 'https://rubygems.org/' },
      { kind: 'GEM', remote: 'https://gems.example.com/' },
    ]);
    expect(platforms.map((platform) => platform.text)).toEqual(['arm64-darwin-24', 'x86_64-linux']);
  });

  it('reads the line ends of Windows', () => {
    expect(parseLockfile(text.replaceAll('\n', '\r\n'))).toEqual(parseLockfile(text));
  });

  it('finds any gem and version that Bundler writes', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,20}$/);
    const version = fc.stringMatching(/^\d{1,3}(\.[a-z0-9]{1,5}){0,4}$/);
    fc.assert(
      fc.property(fc.dictionary(name, version), (gems) => {
        const lines = Object.entries(gems).map(([gem, locked]) => `    ${gem} (${locked})`);
        const found = parseLockfile(`GEM\n  specs:\n${lines.join('\n')}\n\nPLATFORMS\n  ruby\n`);
        expect([...found.gems]).toEqual(Object.entries(gems));
      }),
    );
  });

  it('reads any text without an error', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => void parseLockfile(any)));
  });
});

describe('readLockfile', () => {
  it('says how to make one where there is none', () => {
    const error = refusalOf(() => readLockfile(makeApp({ Gemfile: '' })));
    expect(error.message).toContain('has no Gemfile.lock');
    expect(error.remedy).toContain('bundle lock --add-platform x86_64-linux');
    expect(error.location).toEqual({ file: 'Gemfile' });
  });
});
