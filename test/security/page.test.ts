import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** What the page says that holds: the items of its lists, each on one line. */
function lines(): string[] {
  const items = read('SECURITY.md').matchAll(/^- (.*(?:\n {2}.*)*)/gm);
  return [...items].map(([, text = '']) => text.replaceAll(/\n */g, ' '));
}

/** Titles of the groups of tests in a file. */
function groups(path: string): string[] {
  return [...read(path).matchAll(/^describe\('(.*)', \(\) => \{$/gm)].map(
    ([, title = '']) => title,
  );
}

const testsOf = (pattern: string) => globSync(pattern, { cwd: root }).flatMap(groups);

test('SECURITY.md says what tests hold, in the tests’ own words', () => {
  expect(lines().length).toBeGreaterThan(20);
  const tested = testsOf('test/**/*.test.ts');
  expect(lines().filter((line) => !tested.includes(line))).toEqual([]);
});

test('SECURITY.md says all that the tests of security hold', () => {
  const tested = [...testsOf('test/security/*.test.ts'), ...groups('test/e2e/security.test.ts')];
  expect(new Set(tested).size).toBeGreaterThan(20);
  expect(tested.filter((title) => !lines().includes(title))).toEqual([]);
});
