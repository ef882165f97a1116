/** What an answer in JSON has to be. */
export interface Shape {
  /** Whether it is a list. */
  readonly list?: boolean;
  /** What one that is no list has to have. */
  readonly fields?: readonly string[];
}

/**
 * Reads an answer in JSON. A proxy on the way may answer in the server's place: what is not of the
 * shape that the server's answer has is none.
 * @throws Error that says what came in its place.
 */
export function parseAnswer<Answer>(text: string, { list = false, fields = [] }: Shape): Answer {
  const answer = parseJson(text);
  const isWhole = list
    ? Array.isArray(answer)
    : isObject(answer) && fields.every((name) => Object.hasOwn(answer, name));
  if (isWhole) return answer as Answer;
  const wanted = fields.map((name) => ` with "${name}"`).join('');
  const came = Array.isArray(answer) ? 'a list' : 'something else';
  throw new Error(`${came} in the place of ${list ? 'a list' : `an object${wanted}`}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Without the parser's own words: they quote from what may be a secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(describeOtherThanJson(text));
  }
}

const shownPageCharacters = 200;

function describeOtherThanJson(text: string): string {
  if (text.trim() === '') return 'an empty answer in the place of JSON';
  if (!text.trimStart().startsWith('<')) return 'its JSON is damaged';
  const words = text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return `a page in the place of JSON: ${words.slice(0, shownPageCharacters)}`;
}
