import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConstraint } from '../../src/platforms/php/constraint.ts';

const isMet = (constraint: string, version: string) => parseConstraint(constraint)?.(version);

describe('a constraint of Composer’s', () => {
  it.each([
    ['^8.1', '8.5.9', true],
    ['^8.1', '9.0.0', false],
    ['~8.1', '8.5.9', true],
    ['~8.1', '9.0.0', false],
    ['~8.1.2', '8.1.34', true],
    ['~8.1.2', '8.2.0', false],
    ['~8', '8.5.9', true],
    ['8.2', '8.2.0', true],
    ['8.2', '8.2.33', false],
    ['=8.2.33', '8.2.33', true],
    ['8.2.*', '8.2.33', true],
    ['8.*', '8.5.9', true],
    ['*', '8.5.9', true],
    ['>=8.1 <8.3', '8.2.33', true],
    ['>=8.1,<8.3', '8.3.0', false],
    ['>= 8.1, < 8.3', '8.1.0', true],
    ['>=8.1 !=8.2.33', '8.2.33', false],
    ['>=8.1 <>8.2.33', '8.2.32', true],
    ['^7.4 || ^8.0', '8.4.1', true],
    ['^7.4|^8.0', '8.4.1', true],
    ['8.1 - 8.3', '8.3.7', true],
    ['8.1 - 8.3', '8.4.0', false],
    ['8.1.0 - 8.3.2', '8.3.3', false],
    ['^8.1@dev', '8.2.0', true],
    ['>=7.2.0.0', '8.0.0', true],
    ['v8.4.1', '8.4.1', true],
  ])('%s and %s: %s', (constraint, version, expected) => {
    expect(isMet(constraint, version)).toBe(expected);
  });

  it.each(['', 'latest', 'dev-main', '>8.*', '^^8', '8..1', '8.1 ||'])('%j is none', (text) => {
    expect(parseConstraint(text)).toBeUndefined();
  });

  const number = fc.nat({ max: 30 });
  const versions = fc.tuple(number, number, number).map((parts) => parts.join('.'));

  it('is met by the version that it names, whatever the operator', () => {
    fc.assert(
      fc.property(
        versions,
        fc.constantFrom('', '=', '==', '^', '~', '>=', '<='),
        (version, operator) => isMet(`${operator}${version}`, version),
      ),
    );
  });

  it('with "||" is met where either part is, with a comma where both are', () => {
    fc.assert(
      fc.property(versions, versions, versions, (one, other, version) => {
        const parts = [`>=${one}`, `<${other}`];
        const [first = false, second = false] = parts.map((part) => isMet(part, version));
        expect(isMet(parts.join(' || '), version)).toBe(first || second);
        expect(isMet(parts.join(', '), version)).toBe(first && second);
      }),
    );
  });

  it('never throws', () => {
    const pieces = fc.constantFrom(
      '^',
      '~',
      '8',
      '.',
      '*',
      '|',
      ',',
      ' ',
      '-',
      '>',
      '=',
      '@dev',
      'v',
    );
    fc.assert(
      fc.property(
        fc.array(pieces).map((all) => all.join('')),
        (text) => {
          parseConstraint(text)?.('8.4.0');
        },
      ),
    );
  });
});
