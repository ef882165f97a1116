import semver from 'semver';
import { describe, expect, it } from 'vitest';
import inventory from '../../src/platforms/python/inventory.json' with { type: 'json' };
import { choosePythonVersion } from '../../src/platforms/python/version.ts';
import { makeApp, refusalOf } from './app.ts';

const versions = Object.keys(inventory);
const newestOf = (line: string) => semver.maxSatisfying(versions, `${line}.x`) ?? '';

const choose = (
  files: Readonly<Record<string, string>>,
  packageManager: 'pip' | 'pipenv' = 'pip',
) => choosePythonVersion(makeApp(files), packageManager);

const refusal = (files: Readonly<Record<string, string>>) =>
  refusalOf(() => choose(files, 'pipenv'));

const pipfileLock = (requires: Readonly<Record<string, string>>) =>
  JSON.stringify({ _meta: { requires } }, null, 4);

describe('the inventory', () => {
  it('has releases of every supported line, newest first', () => {
    expect(versions).toEqual([...versions].sort(semver.rcompare));
    for (const line of ['3.11', '3.12', '3.13', '3.14']) expect(newestOf(line)).not.toBe('');
  });
});

describe('choosePythonVersion', () => {
  it('gives the newest release of the default line where nothing is asked for', () => {
    expect(choose({})).toEqual({
      version: newestOf('3.14'),
      reason: 'the default',
      warnings: [],
    });
  });

  it.each([
    ['3.13', newestOf('3.13')],
    ['3.12\n', newestOf('3.12')],
    ['\n# of the team\n  3.11  \r\n', newestOf('3.11')],
    [newestOf('3.13'), newestOf('3.13')],
  ])('resolves %j in .python-version', (text, version) => {
    const { reason, ...choice } = choose({ '.python-version': text });
    expect(choice).toEqual({ version, warnings: [] });
    expect(reason).toMatch(/^\.python-version asks for 3\.1\d(\.\d+)?$/);
  });

  it('follows runtime.txt before .python-version, and tells that it is deprecated', () => {
    const { version, warnings } = choose({
      'runtime.txt': 'python-3.12\n',
      '.python-version': '3.13',
    });
    expect(version).toBe(newestOf('3.12'));
    expect(warnings).toEqual([
      {
        message: 'runtime.txt is deprecated: delete it, and write "3.12" into .python-version.',
        location: { file: 'runtime.txt', line: 1 },
      },
    ]);
  });

  it('reads Pipfile.lock for Pipenv alone, the full version first', () => {
    const files = {
      'Pipfile.lock': pipfileLock({ python_version: '3.12', python_full_version: '3.12.3' }),
    };
    expect(choose(files, 'pipenv').version).toBe('3.12.3');
    expect(choose(files).version).toBe(newestOf('3.14'));
    const short = { 'Pipfile.lock': pipfileLock({ python_version: '3.12' }) };
    expect(choose(short, 'pipenv').reason).toBe('Pipfile.lock asks for 3.12');
    expect(choose({ 'Pipfile.lock': '{}' }, 'pipenv').reason).toBe('the default');
  });

  it('warns of a release whose line has a newer one', () => {
    const [warning] = choose({ '.python-version': '# ours\n3.13.1' }).warnings;
    expect(warning?.message).toContain(`Python 3.13.1 lacks the fixes of ${newestOf('3.13')}`);
    expect(warning?.location).toEqual({ file: '.python-version', line: 2 });
  });

  it('warns of a line without security fixes', () => {
    const [warning, ...others] = choose({ '.python-version': '3.10.1' }).warnings;
    expect(warning?.message).toContain('Python 3.10 gets no security fixes any more');
    expect(others).toEqual([]);
  });

  it.each([
    ['3.13.99', newestOf('3.13'), 'no such release is known here'],
    ['3.99', newestOf('3.14'), 'no such release is known here'],
    ['4.0.0', newestOf('3.14'), 'no such release is known here'],
    ['3.8', '3.10.0', 'gets no fixes any more'],
    ['2.7.18', newestOf('3.14'), 'gets no fixes any more'],
  ])('refuses %s and names %s as the nearest', (asked, nearest, why) => {
    const error = refusal({ '.python-version': asked });
    expect(error.message).toContain(why);
    expect(error.message).toContain(`the nearest is ${nearest}`);
    expect(error.location).toEqual({ file: '.python-version', line: 1 });
  });

  it.each(['3', 'python-3.13', '3.13.x', '>=3.12', 'pypy3.11', '"3.13"'])(
    'refuses %s in .python-version as no version',
    (asked) => {
      const error = refusal({ '.python-version': asked });
      expect(error.message).toContain(`asks for Python "${asked}", which is no version`);
    },
  );

  it.each([
    ['', 'no version', 1],
    ['# 3.13\n', 'no version', 1],
    ['3.13\n\n3.12\n', 'several versions', 3],
  ])('refuses %j in .python-version', (text, why, line) => {
    const error = refusal({ '.python-version': text });
    expect(error.message).toBe(`.python-version has ${why} in it.`);
    expect(error.location).toEqual({ file: '.python-version', line });
  });

  it('says where Pipfile.lock is wrong', () => {
    expect(refusal({ 'Pipfile.lock': '{' }).message).toContain('Pipfile.lock is not JSON');
    const error = refusal({ 'Pipfile.lock': pipfileLock({ python_version: '*' }) });
    expect(error.location).toEqual({ file: 'Pipfile.lock', line: 4 });
  });
});
