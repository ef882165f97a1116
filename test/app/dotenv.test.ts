import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDotenv } from '../../src/app/dotenv.ts';

describe('a text in dotenv’s form', () => {
  test('has its variables with their lines', () => {
    const text = [
      ...['# A=0', 'A=1', '', '  export B = "two # 2" # why', 'LINES="first', '', 'A=3', 'last"'],
      ...["C='it", "s'", 'D: yaml', '\u3000E=', 'F=`a "b" \'c\'`'],
    ];
    const { assignments, otherLines } = parseDotenv(text.join('\r\n'));
    expect(assignments.map(({ name, value, line }) => [name, value, line])).toEqual([
      ['A', '1', 2],
      ['B', 'two # 2', 4],
      ['LINES', 'first\n\nA=3\nlast', 5],
      ['C', 'it\ns', 9],
      ['D', 'yaml', 11],
      ['E', '', 12],
      ['F', 'a "b" \'c\'', 13],
    ]);
    expect(assignments.some(({ isUnclosed }) => isUnclosed)).toBe(false);
    expect(otherLines).toEqual([]);
  });

  test('has lines that dotenv passes over', () => {
    const { assignments, otherLines } = parseDotenv(
      '\uFEFFA=1\nNAME\n# B\n\nA b=c\r=3\rB=2\n  +/x',
    );
    expect(assignments.map(({ name, line }) => [name, line])).toEqual([
      ['A', 1],
      ['B', 7],
    ]);
    expect(otherLines).toEqual([
      { text: 'NAME', line: 2 },
      { text: 'A b=c', line: 5 },
      { text: '=3', line: 6 },
      { text: '  +/x', line: 8 },
    ]);
  });

  test.each([
    ['A="b', true],
    ["A= 'it # is", true],
    ['A=`', true],
    ['A="b\nB="c"', true],
    ['A="b"', false],
    ['A="b" c', false],
    ["A=it's", false],
    ['A="b\nc"', false],
  ])('tells whether a quote is never closed: %j', (text, isUnclosed) => {
    expect(parseDotenv(text).assignments[0]?.isUnclosed).toBe(isUnclosed);
  });

  const piece = fc.oneof(
    fc.constantFrom(
      ...['A', 'b.c-d', '=', ' = ', ': ', ':', '"', "'", '`', '\\', '\\n', '#', ' # x', 'export '],
      ...[
        '\n',
        '\r\n',
        '\r',
        ' ',
        '\t',
        '\u2028',
        '\uFEFF',
        'value',
        '  ',
        '"two\nlines"',
        'A=1\n',
      ],
    ),
    fc.string({ maxLength: 3 }),
  );
  const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));

  test('has the variables and values that dotenv reads, whatever it is', () => {
    fc.assert(
      fc.property(text, (given) => {
        const { assignments } = parseDotenv(given);
        expect(Object.fromEntries(assignments.map(({ name, value }) => [name, value]))).toEqual(
          parse(given),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('has no line that is lost, and none that counts twice', () => {
    fc.assert(
      fc.property(text, (given) => {
        fc.pre(!/[\u2028\u2029]/.test(given)); // Lines to JavaScript, and to no editor.
        const lines = given.split(/\r\n|\r|\n/);
        const { assignments, otherLines } = parseDotenv(given);
        for (const { text, line } of otherLines) expect(lines[line - 1]).toBe(text);
        for (const { name, line } of assignments) expect(lines[line - 1]).toContain(name);
        const places = [...assignments, ...otherLines].map(({ line }) => line);
        expect(new Set(places).size).toBe(places.length);
        const before = places.length === 0 ? lines : lines.slice(0, Math.min(...places) - 1);
        // What precedes the first of them is blank, a comment, or the first one's own "export".
        expect(before.filter((line) => !/^\s*(#.*|export\s*)?$/.test(line))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
