import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAllowed, requiresPythonNotices } from '../../src/platforms/python/requires-python.ts';
import { makeApp } from './app.ts';

describe('isAllowed', () => {
  it.each([
    ['>=3.12', true],
    ['>=3.13.5', true],
    ['>=3.13.6', false],
    ['>=3.10,<4', true],
    [' >= 3.10 , < 3.13 ', false],
    ['<=3.13', false],
    ['>3.13', true],
    ['==3.13.*', true],
    ['==3.12.*', false],
    ['==3.13', false],
    ['==3.13.5', true],
    ['===3.13.5', true],
    ['!=3.13.*', false],
    ['!=3.13.5', false],
    ['!=3.13.4', true],
    ['~=3.12', true],
    ['~=3.13.4', true],
    ['~=3.12.0', false],
    ['~=4.0', false],
    ['', true],
    ['>=3.14.0rc1', true],
  ])('holds 3.13.5 against %j', (specifiers, allowed) => {
    expect(isAllowed('3.13.5', specifiers)).toBe(allowed);
  });

  it('has exactly one of two opposite answers, for any versions', () => {
    const version = fc
      .array(fc.nat(20), { minLength: 1, maxLength: 4 })
      .map((list) => list.join('.'));
    fc.assert(
      fc.property(version, version, (one, other) => {
        expect(isAllowed(one, `>=${other}`)).toBe(!isAllowed(one, `<${other}`));
        expect(isAllowed(one, `>${other}`)).toBe(!isAllowed(one, `<=${other}`));
        expect(isAllowed(one, `==${other}`)).toBe(!isAllowed(one, `!=${other}`));
        expect(isAllowed(one, `==${other}.*`)).toBe(!isAllowed(one, `!=${other}.*`));
      }),
    );
  });
});

describe('requiresPythonNotices', () => {
  it('names the line of a pyproject.toml that does not allow the version', () => {
    const app = makeApp({
      'pyproject.toml': '[project]\nname = "a"\nrequires-python = ">=3.11,<3.13"\n',
    });
    expect(requiresPythonNotices(app, '3.12.1')).toEqual([]);
    const [notice] = requiresPythonNotices(app, '3.14.7');
    expect(notice?.message).toContain('">=3.11,<3.13", and the app gets Python 3.14.7');
    expect(notice?.location).toEqual({ file: 'pyproject.toml', line: 3 });
  });

  it('has none where the app asks for nothing', () => {
    expect(requiresPythonNotices(makeApp(), '3.14.7')).toEqual([]);
    expect(requiresPythonNotices(makeApp({ 'pyproject.toml': '' }), '3.14.7')).toEqual([]);
  });
});
