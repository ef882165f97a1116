import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import inventory from '../../src/platforms/jvm/inventory.json' with { type: 'json' };
import { systemProperty } from '../../src/platforms/jvm/system-properties.ts';
import { chooseJavaVersion } from '../../src/platforms/jvm/version.ts';
import { makeApp, refusalOf } from './app.ts';

const versions = Object.keys(inventory);
const newest = { 8: '1.8.0_482', 17: '17.0.18', 21: '21.0.10', 25: '25.0.2' };

const appAsking = (version: string) =>
  makeApp({ 'system.properties': `# Heroku\njava.runtime.version=${version}\n` });
const choose = (version: string) => chooseJavaVersion(appAsking(version));

describe('the inventory', () => {
  it('has a checksum for every version', () => {
    for (const checksum of Object.values(inventory)) expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(Object.values(inventory)).size).toBe(versions.length);
  });

  it.each(Object.values(newest))('has %s', (version) => {
    expect(versions).toContain(version);
  });
});

describe('systemProperty', () => {
  it.each([
    ['java.runtime.version=21', '21', 1],
    ['java.runtime.version = 21 ', '21', 1],
    ['java.runtime.version 21', '21', 1],
    ['java.runtime.version:21\r\nmaven.version=3.9.9\r\n', '21', 1],
    ['# java.runtime.version=8\n\n  java.runtime.version=21\n', '21', 3],
    ['java.runtime.version=8\njava.runtime.version=21\n', '21', 2],
  ])('reads %j', (text, value, line) => {
    const app = makeApp({ 'system.properties': text });
    expect(systemProperty(app, 'java.runtime.version')).toEqual({
      value,
      location: { file: 'system.properties', line },
    });
  });

  it.each(['', 'java.runtime.version=\n', '#java.runtime.version=21', 'java.runtime.versions=21'])(
    'finds nothing in %j',
    (text) => {
      const app = makeApp({ 'system.properties': text });
      expect(systemProperty(app, 'java.runtime.version')).toBeUndefined();
    },
  );

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = systemProperty(makeApp({ 'system.properties': text }), 'maven.version');
        return found === undefined || text.includes(found.value);
      }),
      { numRuns: 50 },
    );
  });
});

describe('chooseJavaVersion', () => {
  it('gives the newest line with long-term support where nothing is asked for', () => {
    expect(chooseJavaVersion(makeApp())).toEqual({
      version: newest[25],
      major: 25,
      sha256: inventory['25.0.2'],
      reason: 'the default',
      warnings: [],
    });
  });

  it.each([
    ['25', newest[25]],
    ['21', newest[21]],
    ['1.8', newest[8]],
    ['8', newest[8]],
    ['21.0.9', '21.0.9'],
    ['zulu-21.0.9', '21.0.9'],
    ['zulu-17', newest[17]],
    ['1.8.0_412', '1.8.0_412'],
    ['8u412', '1.8.0_412'],
    ['25.0.0', '25'],
    ['21.0.0', '21.0.0'],
    ['17.0.4.1', '17.0.4.1'],
  ])('resolves %s to %s', (asked, version) => {
    const chosen = choose(asked);
    expect(chosen.version).toBe(version);
    expect(chosen.reason).toBe(`system.properties asks for ${asked}`);
    expect(chosen.sha256).toBe(inventory[version as keyof typeof inventory]);
  });

  it('resolves every version of the list to itself', () => {
    for (const version of versions.filter((each) => each.includes('.'))) {
      expect(choose(version).version).toBe(version);
    }
  });

  it('knows the line', () => {
    expect(choose('1.8').major).toBe(8);
    expect(choose('21.0.9').major).toBe(21);
  });

  it('warns of a line without security fixes, at its line', () => {
    const [warning] = choose('20').warnings;
    expect(warning?.message).toContain('Java 20 gets no security fixes');
    expect(warning?.location).toEqual({ file: 'system.properties', line: 2 });
  });

  it.each(['8', '11', '17', '21', '25'])('does not warn of %s', (line) => {
    expect(choose(line).warnings).toEqual([]);
  });

  it.each([
    ['21.0.99', newest[21]],
    ['17.0.1', '17.0.2'],
    ['1.8.0_415', '1.8.0_412'],
    ['12', '13.0.14'],
    ['1.7', newest[8]],
    ['99', '26'],
  ])('refuses %s and names %s as the nearest', (asked, nearest) => {
    const error = refusalOf(() => choose(asked));
    expect(error.message).toContain(`the nearest is ${nearest}`);
    expect(error.location).toEqual({ file: 'system.properties', line: 2 });
  });

  it.each(['latest', '21.x', '>=21', '21-ea', '21,25'])('refuses %s as no version', (asked) => {
    expect(refusalOf(() => choose(asked)).message).toContain('which is no version');
  });

  it('refuses a distribution that Heroku does not have', () => {
    const error = refusalOf(() => choose('heroku-21.0.9'));
    expect(error.message).toContain('the distribution "heroku"');
    expect(error.remedy).toContain('java.runtime.version=21.0.9');
  });
});
