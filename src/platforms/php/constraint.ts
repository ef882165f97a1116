import semver from 'semver';

/** Whether a version such as `8.4.1` meets a constraint. */
export type Constraint = (version: string) => boolean;

/**
 * Reads a version constraint of Composer's; `undefined` where it is none. It is close to npm's
 * ranges, but `~1.2` goes up to 2.0, `1.2` is 1.2.0 alone, `|` and `,` mean or and and, and `@` has a
 * stability behind it (https://getcomposer.org/doc/articles/versions.md).
 */
export function parseConstraint(text: string): Constraint | undefined {
  const choices = allOf(text.split(/\|\|?/).map(parseConjunction));
  return choices && ((version) => choices.some((isMet) => isMet(version)));
}

const number = String.raw`v?\d+(?:\.(?:\d+|[xX*]))*`;
const span = new RegExp(String.raw`^(${number})\s+-\s+(${number})$`);
const comparison = new RegExp(String.raw`^(\^|~|>=|<=|>|<|!=|<>|==|=)?(${number}|[xX*])$`);

/** Constraints that all have to be met. */
function parseConjunction(text: string): Constraint | undefined {
  const plain = text.replaceAll(/@\w+|-(?:dev|stable)\b/g, '').trim();
  const [, from, to] = span.exec(plain) ?? [];
  if (from !== undefined && to !== undefined) return within(`${numbers(from)} - ${numbers(to)}`);
  const words = plain.replaceAll(/([\^~<>=!])\s+/g, '$1').split(/[\s,]+/);
  const all = allOf(words.map(parseComparison));
  return all && ((version) => all.every((isMet) => isMet(version)));
}

function parseComparison(text: string): Constraint | undefined {
  const [, operator = '', asked] = comparison.exec(text) ?? [];
  if (asked === undefined) return undefined;
  const given = numbers(asked);
  if (/[xX*]/.test(given)) return ['', '=', '=='].includes(operator) ? within(given) : undefined;
  if (operator === '^') return within(`^${given}`);
  if (operator === '~') return within(`>=${padded(given)} <${padded(next(given))}`);
  if (operator === '!=' || operator === '<>') return (version) => version !== padded(given);
  return within(`${operator.replace('==', '=')}${padded(given)}`);
}

function within(range: string): Constraint | undefined {
  const valid = semver.validRange(range);
  return valid === null ? undefined : (version) => semver.satisfies(version, valid);
}

/** Where `~` ends: `~8.1` before 9, `~8.1.2` before 8.2. */
function next(given: string): string {
  const parts = given.split('.').map(Number);
  const kept = parts.slice(0, Math.max(1, parts.length - 1));
  return kept.with(-1, (kept.at(-1) ?? 0) + 1).join('.');
}

/** At most three numbers, without the `v` that may stand before. */
function numbers(given: string): string {
  return given.replace(/^v/, '').split('.').slice(0, 3).join('.');
}

function padded(given: string): string {
  return [...given.split('.'), '0', '0'].slice(0, 3).join('.');
}

function allOf(constraints: readonly (Constraint | undefined)[]): Constraint[] | undefined {
  const known = constraints.filter((each) => each !== undefined);
  return known.length === constraints.length ? known : undefined;
}
