import { type Answer, type Call, ok } from './http.ts';
import { Refusal } from './refusal.ts';

/** What a list can be sorted and cut by. */
type Sortable = Readonly<Record<string, string | number>>;

/** A `Range` header, such as `version ]3..; max=10, order=desc`. */
interface Range {
  readonly attribute: string;
  readonly start: string;
  /** Whether the element at `start` itself is left out. */
  readonly afterStart: boolean;
  readonly end: string;
  readonly limit: number;
  readonly descending: boolean;
}

const defaultLimit = 200;
const largestLimit = 1000;
const rangeHeader = /^(\w+)\s+(\]?)([^\s;[\]]*)\.\.([^\s;[\]]*)\s*(?:;(.*))?$/;

/**
 * Answers a list as the platform does: 200 where it is whole, 206 and `Next-Range` where more
 * follows (https://devcenter.heroku.com/articles/platform-api-reference#ranges).
 * @param attributes What it can be sorted by, the default first.
 * @throws Refusal 416 where the `Range` header is not understood.
 */
export function answerList<Element>(
  call: Call,
  elements: readonly Element[],
  attributes: readonly (keyof Element & string)[],
): Answer {
  const range = parseRange(call.headers.range, attributes);
  const value = (element: Element) => (element as Sortable)[range.attribute] ?? '';
  const wanted = elements.toSorted((one, other) => compare(value(one), value(other), range));
  const inRange = wanted.filter((element) => isWithin(value(element), range));
  const page = inRange.slice(0, range.limit);
  const [first, last] = [page[0], page.at(-1)];
  const headers: Record<string, string> = { 'Accept-Ranges': attributes.join(', ') };
  if (first === undefined || last === undefined) return { ...ok(page), headers };
  headers['Content-Range'] = `${range.attribute} ${value(first)}..${value(last)}`;
  if (page.length === inRange.length) return { ...ok(page), headers };
  headers['Next-Range'] = nextRange(range, value(last));
  return { status: 206, body: page, headers };
}

function parseRange(header: string | undefined, attributes: readonly string[]): Range {
  const match = rangeHeader.exec(header?.trim() ?? `${attributes[0]} ..`);
  const [, attribute = '', bracket, start = '', end = '', options = ''] = match ?? [];
  if (!match || !attributes.includes(attribute)) throw notSatisfiable(attributes);
  const settings = new URLSearchParams(options.replaceAll(/\s/g, '').replaceAll(/[;,]/g, '&'));
  const limit = Number(settings.get('max') ?? defaultLimit);
  if (!Number.isInteger(limit) || limit < 1) throw notSatisfiable(attributes);
  return {
    attribute,
    start,
    afterStart: bracket === ']',
    end,
    limit: Math.min(limit, largestLimit),
    descending: settings.get('order') === 'desc',
  };
}

function notSatisfiable(attributes: readonly string[]): Refusal {
  return new Refusal(
    416,
    'requested_range_not_satisfiable',
    `The Range header must be like "${attributes[0]} ..; max=10, order=desc", by one of: ${attributes.join(', ')}.`,
  );
}

function isWithin(value: string | number, range: Range): boolean {
  const fromStart = range.start === '' ? 1 : compare(value, range.start, range);
  const fromEnd = range.end === '' ? -1 : compare(value, range.end, range);
  return (range.afterStart ? fromStart > 0 : fromStart >= 0) && fromEnd <= 0;
}

/** Along the order that is asked for, so that a range goes from its start to its end either way. */
function compare(one: string | number, other: string | number, { descending }: Range): number {
  const order =
    typeof one === 'number' ? one - Number(other) : one < other ? -1 : one > other ? 1 : 0;
  return descending ? -order : order;
}

function nextRange(range: Range, last: string | number): string {
  const order = range.descending ? ', order=desc' : '';
  return `${range.attribute} ]${last}..${range.end}; max=${range.limit}${order}`;
}
