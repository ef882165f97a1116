import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/platforms/node/manifest.ts';
import { choosePackageManager } from '../../src/platforms/node/package-manager.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';

type Files = Readonly<Record<string, string>>;

function choose(fields: Readonly<Record<string, unknown>>, files: Files = {}) {
  const app = makeApp({ ...files, 'package.json': manifestText(fields) });
  return choosePackageManager(app, readManifest(app));
}

const dependencies = { express: '^5.0.0' };

describe('choosePackageManager', () => {
  it.each([
    ['package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['yarn.lock', 'yarn'],
    ['pnpm-lock.yaml', 'pnpm'],
  ])('takes %s for %s', (lockfile, name) => {
    expect(choose({ dependencies }, { [lockfile]: '' })).toMatchObject({
      name,
      lockfile,
      version: undefined,
      reason: `${lockfile} is ${name}'s`,
      warnings: [],
    });
  });

  it('reads the shrinkwrap first, as npm does', () => {
    const files = { 'package-lock.json': '', 'npm-shrinkwrap.json': '' };
    expect(choose({}, files).lockfile).toBe('npm-shrinkwrap.json');
  });

  it('falls back to npm, and warns that nothing pins the dependencies', () => {
    const choice = choose({ dependencies });
    expect(choice).toMatchObject({ name: 'npm', lockfile: undefined });
    expect(choice.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('There is no lockfile of npm'),
    ]);
  });

  it('wants no lockfile where there are no dependencies', () => {
    expect(choose({}).warnings).toEqual([]);
  });

  it('says that the lockfile of bun is not read', () => {
    const [warning] = choose({ dependencies }, { 'bun.lock': '' }).warnings;
    expect(warning?.message).toContain('bun.lock is not read');
  });

  it('takes name and version from packageManager, without the hash', () => {
    const fields = { packageManager: 'yarn@4.5.0+sha512.837566d24eec14ec' };
    expect(choose(fields, { 'yarn.lock': '' })).toMatchObject({ name: 'yarn', version: '4.5.0' });
  });

  it('lets packageManager win over another lockfile, and warns of that', () => {
    const files = { 'yarn.lock': '', 'pnpm-lock.yaml': '' };
    const choice = choose({ packageManager: 'pnpm@10.1.0' }, files);
    expect(choice.name).toBe('pnpm');
    expect(choice.warnings).toEqual([
      {
        message: expect.stringMatching(/^pnpm installs .* yarn\.lock is not read/),
        location: { file: 'yarn.lock' },
      },
    ]);
  });

  it('prefers pnpm, then yarn, where there are several lockfiles', () => {
    const npmAndYarn = { 'package-lock.json': '', 'yarn.lock': '' };
    expect(choose({}, npmAndYarn).name).toBe('yarn');
    const all = choose({}, { ...npmAndYarn, 'pnpm-lock.yaml': '' });
    expect(all.name).toBe('pnpm');
    expect(all.warnings).toHaveLength(2);
  });

  it('lets engines decide between several lockfiles', () => {
    const files = { 'package-lock.json': '', 'yarn.lock': '' };
    expect(choose({ engines: { npm: '11.x' } }, files)).toMatchObject({
      name: 'npm',
      version: '11.x',
    });
  });

  it('takes engines for the name where nothing else tells', () => {
    expect(choose({ engines: { pnpm: '>=10' } })).toMatchObject({ name: 'pnpm', version: '>=10' });
  });

  it('is not misled by engines that are meant for people', () => {
    const fields = { engines: { npm: 'please-use-yarn', yarn: '1.x' } };
    expect(choose(fields, { 'yarn.lock': '' })).toMatchObject({ name: 'yarn', version: '1.x' });
  });

  it.each(['bun@1.2.0', 'pnpm', 'pnpm@latest', 'yarn@4.x'])(
    'refuses packageManager %s',
    (value) => {
      const error = refusalOf(() => choose({ packageManager: value }));
      expect(error.message).toContain(`packageManager is "${value}"`);
      expect(error.location).toEqual({ file: 'package.json', line: 4 });
    },
  );
});
