import semver from 'semver';
import { describe, expect, it } from 'vitest';
import inventory from '../../src/platforms/go/inventory.json' with { type: 'json' };
import { parseModule } from '../../src/platforms/go/module.ts';
import { chooseGoVersion } from '../../src/platforms/go/version.ts';
import { refusalOf } from './app.ts';

const versions = Object.keys(inventory);
const newestOf = (range: string) => semver.maxSatisfying(versions, range) ?? '';
const choose = (...lines: string[]) =>
  chooseGoVersion(parseModule(['module example.com/app', ...lines].join('\n')));

describe('the inventory', () => {
  it('has a checksum for every version, newest first', () => {
    expect(versions).toEqual([...versions].sort(semver.rcompare));
    for (const checksum of Object.values(inventory)) expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(Object.values(inventory)).size).toBe(versions.length);
  });

  it.each(['1.25', '1.26', '1.27'])('has every release of %s up to its newest', (line) => {
    const patches = versions.filter((version) => version.startsWith(`${line}.`)).length;
    expect(semver.patch(newestOf(line))).toBe(patches - 1);
  });
});

describe('chooseGoVersion', () => {
  it.each([
    [['go 1.26'], newestOf('1.26')],
    [['go 1.26.1'], '1.26.1'],
    [['go 1.25.0'], '1.25.0'],
    [['go 1.24', '// +heroku goVersion go1.26'], newestOf('1.26')],
    [['go 1.24', '// +heroku goVersion 1.26.2'], '1.26.2'],
    [['go 1.25.0', 'toolchain go1.26.3'], '1.26.3'],
    [['go 1.26.3', 'toolchain go1.25.1'], '1.26.3'],
    [['go 1.26.3', 'toolchain default'], '1.26.3'],
  ])('takes %j for %s', (lines, version) => {
    const chosen = choose(...lines);
    expect(chosen.version).toBe(version);
    expect(chosen.sha256).toBe(inventory[version as keyof typeof inventory]);
  });

  it('gives Heroku’s default where go.mod names none, and says so', () => {
    const { version, reason, warnings } = choose();
    expect([version, reason]).toEqual([newestOf('1.25'), 'the default']);
    expect(warnings.map(({ message }) => message)).toEqual([
      `go.mod names no version of Go; ${version} it is.`,
    ]);
  });

  it('warns of a line without security fixes, where it is asked for', () => {
    expect(choose('go 1.26').warnings).toEqual([]);
    expect(choose('', 'go 1.21').warnings).toEqual([
      {
        message: expect.stringContaining('Go 1.21 gets no security fixes any more'),
        location: { file: 'go.mod', line: 3 },
      },
    ]);
  });

  it.each([
    ['go 1.26.99', newestOf('1.26')],
    ['go 1.99', newestOf('*')],
    ['toolchain go1.27.99', newestOf('1.27')],
  ])('refuses "%s" and names %s as the nearest', (line, nearest) => {
    const error = refusalOf(() => choose(...(line.startsWith('go') ? [] : ['go 1.26']), line));
    expect(error.message).toContain(`the nearest is ${nearest}`);
    expect(error.location?.file).toBe('go.mod');
    expect(error.location?.line).toBeGreaterThan(1);
  });

  it.each(['go latest', '// +heroku goVersion devel-1234', 'go 1.26rc1'])(
    'refuses "%s" as no release',
    (line) => {
      expect(refusalOf(() => choose(line)).message).toContain('which is no release of Go');
    },
  );
});
