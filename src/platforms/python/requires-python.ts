import type { AppFolder, Notice } from '../platform.ts';
import { readToml, tableIn } from './toml.ts';

const file = 'pyproject.toml';

/**
 * A notice where the app's pyproject.toml does not allow the Python that it gets: no version is
 * chosen by it, and the package managers stop there.
 */
export function requiresPythonNotices(app: AppFolder, version: string): Notice[] {
  const asked = tableIn(readToml(app, file), 'project')['requires-python'];
  if (typeof asked !== 'string' || isAllowed(version, asked)) return [];
  const lines = (app.read(file) ?? '').split('\n');
  return [
    {
      message: `requires-python is "${asked}", and the app gets Python ${version}: write a version that it allows into .python-version.`,
      location: { file, line: lines.findIndex((line) => line.includes('requires-python')) + 1 },
    },
  ];
}

/**
 * Whether a release satisfies all of the version specifiers
 * (https://packaging.python.org/en/latest/specifications/version-specifiers/). Those that are not of
 * numbers alone are left to the package manager.
 */
export function isAllowed(version: string, specifiers: string): boolean {
  return specifiers.split(',').every((specifier) => {
    const [, operator, asked = '', wildcard] =
      /^\s*(~=|===?|!=|<=?|>=?)\s*(\d+(?:\.\d+)*)(\.\*)?\s*$/.exec(specifier) ?? [];
    if (operator === undefined) return true;
    const order = compare(version, asked);
    const isIn = compare(firstNumbers(version, asked), asked) === 0;
    switch (operator) {
      case '>=':
        return order >= 0;
      case '<=':
        return order <= 0;
      case '>':
        return order > 0;
      case '<':
        return order < 0;
      case '!=':
        return !(wildcard ? isIn : order === 0);
      case '~=': {
        const line = asked.replace(/\.\d+$/, '');
        return order >= 0 && compare(firstNumbers(version, line), line) === 0;
      }
      default:
        return wildcard ? isIn : order === 0;
    }
  });
}

/** As many numbers of a version as another has. */
function firstNumbers(version: string, other: string): string {
  return version.split('.').slice(0, other.split('.').length).join('.');
}

/** Below 0, 0 or above 0; a number that is not there counts as 0. */
function compare(one: string, other: string): number {
  const [left, right] = [one.split('.').map(Number), other.split('.').map(Number)];
  const count = Math.max(left.length, right.length);
  const differences = Array.from(
    { length: count },
    (_, index) => (left[index] ?? 0) - (right[index] ?? 0),
  );
  return differences.find((difference) => difference !== 0) ?? 0;
}
