import { describe, expect, it } from 'vitest';
import { choosePackageManager } from '../../src/platforms/python/package-manager.ts';
import { makeApp, refusalOf } from './app.ts';

const choose = (files: Readonly<Record<string, string>>) => choosePackageManager(makeApp(files));

describe('choosePackageManager', () => {
  it.each([
    ['uv.lock', 'uv'],
    ['poetry.lock', 'poetry'],
    ['Pipfile.lock', 'pipenv'],
  ])('takes %s for %s', (file, name) => {
    expect(choose({ [file]: '', 'pyproject.toml': '' })).toEqual({
      name,
      reason: `${file} is ${name}'s`,
      warnings: [],
    });
  });

  it('takes a requirements.txt for pip', () => {
    expect(choose({ 'requirements.txt': '' }).name).toBe('pip');
  });

  it('prefers the newer tool, and names what is not read', () => {
    const { name, warnings } = choose({
      'requirements.txt': '',
      'Pipfile.lock': '',
      'poetry.lock': '',
      'uv.lock': '',
    });
    expect(name).toBe('uv');
    expect(warnings.map(({ location }) => location?.file)).toEqual([
      'poetry.lock',
      'Pipfile.lock',
      'requirements.txt',
    ]);
    expect(warnings[0]?.message).toBe(
      'uv installs the dependencies, and poetry.lock is not read; delete it, or uv.lock if poetry is to install them.',
    );
  });

  it.each([
    ['pyproject.toml', '"uv lock" or "poetry lock"'],
    ['Pipfile', '"pipenv lock"'],
    ['setup.py', 'requirements.txt'],
    ['README.md', 'requirements.txt'],
  ])('refuses an app with a %s alone, and says what to commit', (file, remedy) => {
    const error = refusalOf(() => choose({ [file]: '' }));
    expect(error.message).toContain('uv.lock, poetry.lock, Pipfile.lock, requirements.txt');
    expect(error.remedy).toContain(remedy);
  });

  it.each([
    ['uv', 'uv.lock'],
    ['poetry', 'poetry.lock'],
  ])('warns of a Procfile that starts %s, which the dyno does not have', (name, lockfile) => {
    const Procfile = `release: python setup.py\nweb: ${name} run gunicorn app:app\n`;
    const [warning, ...others] = choose({ [lockfile]: '', Procfile }).warnings;
    expect(warning?.message).toContain(`"${name} run" is not on the dyno; leave it out`);
    expect(warning?.location).toEqual({ file: 'Procfile', line: 2 });
    expect(others).toEqual([]);
  });

  it('does not warn of one that starts Pipenv, which it has', () => {
    const Procfile = 'web: pipenv run gunicorn app:app';
    expect(choose({ 'Pipfile.lock': '', Procfile }).warnings).toEqual([]);
  });
});
