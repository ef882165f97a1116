import { parse } from 'dotenv';

/** A variable that a text in dotenv's form sets. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Where its name stands, counted from 1. */
  readonly line: number;
  /** Whether the value begins with a quote that has no end, which dotenv takes for a part of it. */
  readonly isUnclosed: boolean;
}

/** A line of such a text. */
export interface OtherLine {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A text in dotenv's form, with all that dotenv passes over in silence. */
export interface DotenvText {
  /** In their order; of those of one name the last one counts. */
  readonly assignments: readonly Assignment[];
  /** The lines that are neither blank, nor a comment, nor any part of an assignment. */
  readonly otherLines: readonly OtherLine[];
}

/** What dotenv goes by, and does not export (https://github.com/motdotla/dotenv, `LINE`); a test holds the two together. */
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/dgm;

/** Reads a text in dotenv's form: the values are those that dotenv reads. */
export function parseDotenv(content: string): DotenvText {
  const text = content.replaceAll(/\r\n?/g, '\n');
  const assignments: Assignment[] = [];
  const otherLines: OtherLine[] = [];
  let line = 1;
  let end = 0;
  const passOver = (next: number) => {
    for (const [index, passed] of text.slice(end, next).split('\n').entries()) {
      const isOther = passed.trim() !== '' && !passed.trimStart().startsWith('#');
      if (isOther) otherLines.push({ text: passed, line: line + index });
    }
    line += lineBreaks(text.slice(end, next));
    end = next;
  };
  for (const match of text.matchAll(assignment)) {
    const [whole, name = '', value = ''] = match;
    const start = match.indices?.[1]?.[0] ?? match.index;
    passOver(match.index);
    assignments.push({
      name,
      value: parse(whole)[name] ?? '',
      line: line + lineBreaks(text.slice(match.index, start)),
      isUnclosed: isUnclosed(value.trim()),
    });
    line += lineBreaks(whole);
    end = match.index + whole.length;
  }
  passOver(text.length);
  return { assignments, otherLines };
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function isUnclosed(value: string): boolean {
  return /^['"`]/.test(value) && !value.includes(value.charAt(0), 1);
}
