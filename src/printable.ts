/** Characters of a line that a log shows; nobody reads further, and a browser would not stand it. */
const longestLine = 8192;

/** How a door shows text. */
export interface PrintableOptions {
  /** Whether colours are shown; without, they are left out. */
  readonly colours: boolean;
}

/**
 * Text that others have a hand in (what a build or a dyno writes, names of files, words of a server) as
 * a terminal or a log may get it: its lines, with tabs and, where they are shown, colours. What else
 * would move a cursor, set a title, hide text or turn its direction round is left out where a terminal
 * shows nothing of it, and written as an escape where it is a character alone, so that no text can pass
 * itself off as another. Lines above 8,192 characters are cut.
 */
export function printable(text: string, { colours }: PrintableOptions): string {
  if (text.length <= longestLine && !unprintable.test(text)) return text;
  return text
    .split(/\r?\n/)
    .map((line) => printableLine(line, colours))
    .join('\n');
}

/** A name that others have chosen, for the middle of a sentence: it makes no line of its own either. */
export function printableName(name: string): string {
  return printable(name.replaceAll('\n', escaped), { colours: false });
}

function printableLine(line: string, colours: boolean): string {
  const cut = line.length > longestLine;
  // Not in the middle of a character of two code units.
  const kept = cut ? line.slice(0, longestLine).replace(/[\ud800-\udbff]$/, '') : line;
  const shown = unprintable.test(kept) ? withoutControls(kept, colours) : kept;
  return cut ? `${shown} [… the line is longer than ${longestLine} characters]` : shown;
}

function withoutControls(line: string, colours: boolean): string {
  let isColoured = false;
  const shown = line.replaceAll(sequenceOrControl, (found) => {
    if (found.length === 1) return escaped(found);
    if (!colours || !colour.test(found)) return '';
    isColoured = found !== plainColour;
    return found;
  });
  // Else all that comes after it would be coloured, or hidden, too.
  return isColoured ? `${shown}${plainColour}` : shown;
}

/** `\x1b`, `\u202e`: as most languages write it. */
function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
}

/**
 * Control characters other than tab and line feed, the line and paragraph separators, and those that
 * turn the direction of text round (Unicode TR 36, "Bidirectional Text Spoofing").
 */
const control = '[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069]';
const unprintable = new RegExp(control);

/** ECMA-48, 5.4 and 8.3: control sequences, control strings such as titles and links, other escapes. */
const sequence = [
  '(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]',
  '(?:\\x1b[P\\]X^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\x80-\\x9f]*(?:\\x07|\\x1b\\\\|\\x9c)',
  '\\x1b[ -/]+[0-~]',
].join('|');
const sequenceOrControl = new RegExp(`${sequence}|${control}`, 'g');

/** "Select graphic rendition" (ECMA-48, 8.3.117). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const colour = /^\x1b\[[\d;:]*m$/;
const plainColour = '\x1b[0m';
