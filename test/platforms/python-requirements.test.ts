import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseRequirements,
  type RequirementLine,
  readRequirements,
} from '../../src/platforms/python/requirements.ts';
import { makeApp } from './app.ts';

const parse = (line: string) => parseRequirements(line)[0];

describe('parseRequirements', () => {
  it.each([
    'flask',
    'Flask == 3.1.3',
    'flask>=3,<4 ; python_version < "4"',
    'uvicorn[standard]~=0.30',
    'zope.interface (>=5)',
    'flask==3.1.3 --hash=sha256:0123',
    'pkg @ https://example.com/pkg-1.0.tar.gz',
    'https://example.com/pkg-1.0-py3-none-any.whl',
    'git+https://github.com/example/pkg.git@v1#egg=pkg',
    '-e git+ssh://git@github.com/example/pkg.git#egg=pkg',
    '-r https://example.com/base.txt',
  ])('takes %s for something from elsewhere', (line) => {
    expect(parse(line)).toEqual({ kind: 'remote' });
  });

  it.each([
    ['.', '.'],
    ['-e .', '.'],
    ['--editable=./lib', './lib'],
    ['./wheels/pkg.whl', './wheels/pkg.whl'],
    ['wheels/pkg.tar.gz', 'wheels/pkg.tar.gz'],
    ['pkg-1.0-py3-none-any.whl', 'pkg-1.0-py3-none-any.whl'],
    ['pkg @ file:///app/src/pkg', 'file:///app/src/pkg'],
    ['file:lib', 'file:lib'],
    ['--find-links wheels', 'wheels'],
  ])('takes %s for a part of the app', (line, path) => {
    expect(parse(line)).toEqual({ kind: 'local', path });
  });

  it.each([
    ['-r base.txt', 'base.txt'],
    ['-rbase.txt', 'base.txt'],
    ['--requirement=base.txt', 'base.txt'],
    ['-c constraints.txt  # pins', 'constraints.txt'],
    ['--constraint constraints.txt', 'constraints.txt'],
  ])('takes %s for another file', (line, path) => {
    expect(parse(line)).toEqual({ kind: 'include', path });
  });

  it.each([
    '--index-url https://example.com',
    '-i https://example.com',
    '--pre',
    '--no-binary :all:',
  ])('takes %s for an option', (line) => {
    expect(parse(line)).toEqual({ kind: 'option' });
  });

  it('reads over comments and empty lines, and joins continued ones', () => {
    const text = '# all\r\n\r\nflask==3 \\\r\n  --hash=sha256:0\n   \n-r \\\nbase.txt';
    expect(parseRequirements(text)).toEqual([
      { kind: 'remote' },
      { kind: 'include', path: 'base.txt' },
    ]);
  });

  it('says the same of a line whatever is around it', () => {
    const lines: readonly [string, RequirementLine][] = [
      ['flask>=3', { kind: 'remote' }],
      ['-e ./lib', { kind: 'local', path: './lib' }],
      ['-r other.txt', { kind: 'include', path: 'other.txt' }],
      ['--pre', { kind: 'option' }],
    ];
    const padding = fc.constantFrom('', ' ', '\t');
    const comment = fc.constantFrom('', ' # why', '\t#');
    const line = fc
      .tuple(fc.constantFrom(...lines), padding, comment)
      .map(([[text, meaning], before, after]) => ({ text: before + text + after, meaning }));
    const end = fc.constantFrom('\n', '\r\n', '\n# a comment\n', '\n\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, end)), (file) => {
        const text = file.map(([{ text }, after]) => text + after).join('');
        expect(parseRequirements(text)).toEqual(file.map(([{ meaning }]) => meaning));
      }),
    );
  });

  it('makes something of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { kind } of parseRequirements(text)) {
          expect(['include', 'local', 'remote', 'option']).toContain(kind);
        }
      }),
    );
  });
});

describe('readRequirements', () => {
  it('follows the files that are included, each once, from where they are', () => {
    const app = makeApp({
      'requirements.txt': '-r requirements/web.txt\n-c constraints.txt\n',
      'requirements/web.txt': '-r base.txt\nflask\n',
      'requirements/base.txt': '-r web.txt\n-r missing.txt\n-e ../lib\n',
      'constraints.txt': '',
      'base.txt': '',
    });
    expect(readRequirements(app)).toEqual({
      files: [
        'requirements.txt',
        'requirements/web.txt',
        'constraints.txt',
        'requirements/base.txt',
      ],
      local: { file: 'requirements/base.txt', requirement: '../lib' },
    });
  });
});
