import semver from 'semver';
import { describe, expect, it } from 'vitest';
import inventory from '../../src/platforms/node/inventory.json' with { type: 'json' };
import { readManifest } from '../../src/platforms/node/manifest.ts';
import { chooseNodeVersion } from '../../src/platforms/node/version.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';

const newest24 = semver.maxSatisfying(Object.keys(inventory), '24.x') ?? '';
const newestOf = (range: string) => semver.maxSatisfying(Object.keys(inventory), range) ?? '';

function choose(engine?: unknown) {
  const fields = engine === undefined ? {} : { engines: { node: engine } };
  return chooseNodeVersion(readManifest(makeApp({ 'package.json': manifestText(fields) })));
}

const refusal = (engine: string) => refusalOf(() => choose(engine));

describe('the inventory', () => {
  it('has a checksum for every version, newest first', () => {
    const versions = Object.keys(inventory);
    expect(versions).toEqual([...versions].sort(semver.rcompare));
    for (const checksum of Object.values(inventory)) expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(Object.values(inventory)).size).toBe(versions.length);
  });

  it.each(['22.x', '24.x', '26.x'])('has releases of %s', (range) => {
    expect(newestOf(range)).not.toBe('');
  });
});

describe('chooseNodeVersion', () => {
  it('gives the default line without a warning where nothing is asked for', () => {
    expect(choose()).toEqual({
      version: newest24,
      sha256: inventory[newest24 as keyof typeof inventory],
      reason: 'the default',
      warnings: [],
    });
  });

  it.each([
    ['24.x', newest24],
    ['24', newest24],
    ['24.19.0', '24.19.0'],
    ['v24.19.0', '24.19.0'],
    ['~24.14.0', '24.14.1'],
    ['^22.11.0', newestOf('22.x')],
    ['22 - 23', newestOf('23.x')],
    ['20.x || 22.x', newestOf('22.x')],
    ['26.x', newestOf('26.x')],
    ['>=25', newestOf('*')],
  ])('resolves %s to %s', (engine, version) => {
    expect(choose(engine).version).toBe(version);
  });

  it.each(['>=18', '>= 22.0.0', '*', 'latest', '', '22 || 24 || 26'])(
    'keeps %j to the long-term support line',
    (engine) => {
      const { version, reason } = choose(engine);
      expect(version).toBe(newest24);
      expect(reason).toContain('reaches beyond');
    },
  );

  it('gives the checksum of the version', () => {
    expect(choose('24.19.0').sha256).toBe(
      'f625d97cd707df4ff96254916fbc5ff014f09c09effe5a1e0ca8f6d41a8789d4',
    );
  });

  it('warns of a release line without security fixes, at its line', () => {
    const [warning] = choose('20.x').warnings;
    expect(warning?.message).toContain('Node.js 20 gets no security fixes');
    expect(warning?.location).toEqual({ file: 'package.json', line: 5 });
  });

  it('does not warn of a supported one', () => {
    expect(choose('22.x').warnings).toEqual([]);
  });

  it.each([
    ['24.99.0', newest24],
    ['24.18.7', '24.18.1'],
    ['16.x', newestOf('18.x')],
    ['99.x', newestOf('26.x')],
  ])('refuses %s and names %s as the nearest', (engine, nearest) => {
    const error = refusal(engine);
    expect(error.message).toContain(`the nearest is ${nearest}`);
    expect(error.location).toEqual({ file: 'package.json', line: 5 });
  });

  it.each(['lts/*', 'stable', '24.x.x.x', 'node24'])('refuses %s as no range', (engine) => {
    const error = refusal(engine);
    expect(error.message).toContain(`engines.node is "${engine}", which is no version range`);
    expect(error.location).toEqual({ file: 'package.json', line: 5 });
  });
});
