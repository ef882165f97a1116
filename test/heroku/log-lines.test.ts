import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogLines } from '../../src/heroku/log-lines.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';

const longest = 65_536;

function linesOf(pieces: Iterable<Uint8Array>): string[] {
  const told: string[] = [];
  const lines = new LogLines((line) => told.push(line));
  for (const piece of pieces) lines.push(piece);
  lines.end();
  return told;
}

describe('lines of a log', () => {
  test.each([
    ['one\ntwo\n', ['one', 'two']],
    ['one\r\ntwo\r\n', ['one', 'two']],
    ['without an end', ['without an end']],
    ['ended by half\r', ['ended by half']],
    ['\n\n', ['', '']],
    ['', []],
    ['10 %\r20 %\r30 %\n', ['10 %\r20 %\r30 %']],
    ['\uFEFFkept\n', ['\uFEFFkept']],
    ['Grüße 🚀\n', ['Grüße 🚀']],
  ])('%j', (text, lines) => {
    expect(linesOf([Buffer.from(text)])).toEqual(lines);
  });

  test('have a replacement for what is no UTF-8', () => {
    expect(linesOf([Buffer.from('61ff620a63e282', 'hex')])).toEqual(['a\uFFFDb', 'c\uFFFD']);
  });

  test('are the same wherever the bytes are cut', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', 'é', '€', '🚀', '\uFFFD') });
    const bytes = fc.oneof(
      text.map((value) => Buffer.from(value)),
      fc.uint8Array().map((value) => Buffer.from(value)),
    );
    fc.assert(
      fc.property(bytes, pieceSizes, (whole, sizes) => {
        expect(linesOf(lentPieces(whole, sizes))).toEqual(linesOf([whole]));
      }),
    );
  });

  test('that are too long come in pieces, the same wherever the bytes are cut', () => {
    const start = fc.integer({ min: longest - 3, max: longest + 3 });
    const end = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '🚀'), maxLength: 6 });
    fc.assert(
      fc.property(start, end, fc.nat(20), (length, text, cut) => {
        const whole = Buffer.from(`${'x'.repeat(length)}${text}`);
        const at = whole.length - cut;
        const lines = linesOf([whole]);
        expect(linesOf([whole.subarray(0, at), whole.subarray(at)])).toEqual(lines);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(longest);
        expect(lines.join('')).toBe(String(whole).replaceAll(/\r?\n|\r$/g, ''));
        expect(lines.every((line) => line.isWellFormed())).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('without an end are told before it comes', () => {
    const told: string[] = [];
    const lines = new LogLines((line) => told.push(line));
    for (let piece = 0; piece < 10; piece += 1) lines.push(Buffer.alloc(longest, 'x'));
    expect(told).toEqual(Array(9).fill('x'.repeat(longest)));
  });
});
