import { mkdirSync, symlinkSync } from 'node:fs';
import { join, posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSlugIgnore, readSlugIgnore } from '../../src/app/slugignore.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('a .slugignore', () => {
  test('has a pattern a line, without blank lines and comments', () => {
    const text = '\uFEFF# art\r\n*.psd\r\n\r\n  /spec  # tests\r\nmy file.txt\n!keep';
    expect(parseSlugIgnore(text)).toEqual([
      { text: '*.psd', line: 2 },
      { text: '/spec', line: 4 },
      { text: 'my file.txt', line: 5 },
      { text: '!keep', line: 6 },
    ]);
  });

  test('is none where it is not there', () => {
    expect(readSlugIgnore(temporaryFolder())).toBeUndefined();
  });

  test('stops the run where it cannot be read', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.slugignore'));
    expect(() => readSlugIgnore(folder)).toThrow(
      expect.objectContaining({ name: 'DeployError', location: { file: '.slugignore' } }),
    );
  });
});

const files = [
  ...['a.md', '.a.md', '.h/a.md', '.h/x/foo', 'd/a.md', 'd/b/a.md', 'd/.c', 'd/.e/a.md', 'foo'],
  ...['d/foo/x', 'd/b/xfoo', 'a+b', 'test/a', 'test/b/c', 'src/test/x', 'd/test', '[id].js'],
  ...['pages/[id].js', 'pages/i.js', '+(a).md', '(g)/p.js', 'my file.txt', '!keep', 'docs/one.md'],
  ...['docs/two/three.md', 'x.psd', 'y.PSD', 'spec/s.rb', 'lib/spec/t.rb', 'log/a.log'],
  ...['log/.keep', 'd/e/f/g/h.md'],
];

// What Ruby 3.3 deletes there, by the lines of Heroku's slug compiler (prune_slugignore).
const deleted: readonly (readonly [pattern: string, paths: readonly string[]])[] = [
  ['*.psd', ['x.psd']],
  ['*.{psd,PSD}', ['x.psd', 'y.PSD']],
  ['foo', ['d/foo', 'foo']],
  ['/foo', ['foo']],
  ['foo/', []],
  ['test', ['d/test', 'src/test', 'test']],
  ['/test', ['test']],
  ['test/', ['test']],
  ['/test/', ['test']],
  ['**/test', ['d/test', 'src/test', 'test']],
  ['spec', ['lib/spec', 'spec']],
  ['lib/spec', ['lib/spec']],
  ['b/xfoo', []],
  ['docs/*', ['docs/one.md', 'docs/two']],
  ['docs/**', ['docs/one.md', 'docs/two']],
  ['docs/**/*.md', ['docs/one.md', 'docs/two/three.md']],
  ['d/**/a.md', ['d/a.md', 'd/b/a.md']],
  ['d/e/**h.md', []],
  ['**foo', ['d/b/xfoo', 'd/foo', 'foo']],
  ['*foo', ['d/b/xfoo', 'd/foo', 'foo']],
  ['a.md', ['a.md', 'd/a.md', 'd/b/a.md']],
  ['.a.md', ['.a.md']],
  ['.h', ['.h']],
  ['.h/*', ['.h/a.md', '.h/x']],
  ['log/*', ['log/a.log']],
  ['d/?.md', ['d/a.md']],
  ['a[+-]b', ['a+b']],
  ['a[!+]b', []],
  ['a[^-]b', ['a+b']],
  ['pages/[id].js', ['pages/i.js']],
  ['\\[id\\].js', ['[id].js', 'pages/[id].js']],
  ['+(a).md', ['+(a).md']],
  ['\\(g\\)', ['(g)']],
  ['my file.txt', ['my file.txt']],
  ['my\\ file.txt', ['my file.txt']],
  ['!keep', ['!keep']],
  ['!a.md', []],
  ['d/../foo', ['foo']],
  ['../d', []],
  ['broken', ['broken']],
  ['link', ['link']],
  ['**/xfoo', ['d/b/xfoo']],
  ['nothing', []],
];

test.each(deleted)('%s matches what it matches for Heroku', (pattern, paths) => {
  const folder = temporaryFolder({
    ...Object.fromEntries(files.map((file) => [file, ''])),
    '.slugignore': pattern,
  });
  symlinkSync('d', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'broken'));
  expect(readSlugIgnore(folder)?.paths).toEqual(paths);
});

test('what is in a folder that goes is not named too', () => {
  const folder = temporaryFolder({
    'docs/a.md': '',
    'docs/b/c.md': '',
    'docs-2/a.md': '',
    '.slugignore': '*.md\ndocs\n',
  });
  expect(readSlugIgnore(folder)?.paths).toEqual(['docs', 'docs-2/a.md']);
});

const name = fc.stringMatching(/^[a-z]([a-z.-]{0,3}[a-z])?$/);
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));

test('a plain name goes wherever it is, a path from the root alone, and nothing else goes', () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 8 }), path, (paths, pattern) => {
      const folder = temporaryFolder({ '.slugignore': pattern });
      for (const made of paths) mkdirSync(join(folder, made), { recursive: true });
      const there = new Set(paths.flatMap((made) => [made, ...parents(made)]));
      const matches = (each: string) =>
        pattern.includes('/') ? each === pattern : posix.basename(each) === pattern;
      const expected = [...there].filter(
        (each) => matches(each) && !parents(each).some((parent) => matches(parent)),
      );
      expect(readSlugIgnore(folder)?.paths).toEqual(expected.sort());
    }),
    { numRuns: 60 },
  );
});

function parents(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === '.' ? [] : [parent, ...parents(parent)];
}
