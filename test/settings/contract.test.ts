import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { definitionOf, settingNames, verbs } from '../../src/settings/definitions.ts';
import { outputDefinitions } from '../../src/settings/outputs.ts';

const root = join(import.meta.dirname, '../..');

interface ActionFile {
  readonly inputs: Record<string, { description: string; default?: string; required?: boolean }>;
  readonly outputs: Record<string, { description: string; value?: string }>;
  readonly runs: { using: string; main: string; post: string };
}

const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as ActionFile;
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The cells of each row of the README's table that has this word in its first head. */
function readmeTable(head: string): string[][] {
  const [, table = ''] =
    new RegExp(`^\\| ${head} \\|.*\\n\\|[ -|]+\\n((?:\\|.*\\n)+)`, 'm').exec(readme) ?? [];
  return table
    .trim()
    .split('\n')
    .map((row) =>
      row
        .replace(/^\|\s*|\s*\|$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

describe('what the action takes and gives', () => {
  test('is in action.yml: inputs, with the same words and defaults, in the same order', () => {
    const inputs = settingNames.map((name) => {
      const { description, default: standard } = definitionOf(name);
      return [name, { description, ...(standard !== undefined && { default: standard }) }];
    });
    expect(Object.entries(action.inputs)).toEqual(inputs);
  });

  test('is in action.yml: outputs, with the same words, in the same order', () => {
    const outputs = Object.entries(outputDefinitions);
    expect(Object.entries(action.outputs)).toEqual(
      outputs.map(([name, description]) => [name, { description }]),
    );
  });

  test('is in the README: inputs, with the same words and defaults, in the same order', () => {
    const rows = settingNames.map((name) => {
      const { description, default: standard } = definitionOf(name);
      const values = standard?.split('\n').map((value) => `\`${value}\``) ?? [];
      return [`\`${name}\``, values.join(', '), description];
    });
    expect(readmeTable('Input')).toEqual(rows);
  });

  test('is in the README: outputs, with the same words, in the same order', () => {
    const rows = Object.entries(outputDefinitions);
    expect(readmeTable('Output')).toEqual(rows.map(([name, words]) => [`\`${name}\``, words]));
  });

  test('runs on the runner’s own Node.js, from the bundles', () => {
    expect(action.runs).toEqual({
      using: 'node24',
      main: 'dist/action/index.js',
      post: 'dist/post/index.js',
    });
  });
});

describe('every setting', () => {
  test.each(settingNames)('is named and described as a user reads it: %s', (name) => {
    const { description, default: standard, value, verbs: heeding } = definitionOf(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(heeding.length).toBeGreaterThan(0);
    // A switch is off unless it is asked for: the command line has no way to say no.
    if (value === undefined) expect(standard).toBe('false');
  });

  test('of the command is one of the verbs', () => {
    expect(verbs).toContain(definitionOf('command').default);
  });
});
