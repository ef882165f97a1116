import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'dotenv';
import type { SourceLocation } from '../errors.ts';
import { type DotenvText, type OtherLine, parseDotenv } from './dotenv.ts';
import { unreadableOfSetting } from './text-file.ts';

/** Where most programs look for it. */
const usualName = '.env';

/** The variables that an app is to have on this machine. */
export interface EnvFile {
  /** As dotenv reads them. */
  readonly variables: Readonly<Record<string, string>>;
  /** What its writer should look at, without any value. */
  readonly problems: readonly EnvFileProblem[];
}

export interface EnvFileProblem {
  readonly message: string;
  readonly location: SourceLocation;
}

/**
 * Reads the variables that the app is to have on this machine: `NAME=value` a line, quotes and
 * values of several lines as dotenv has them.
 * @param file relative to the folder; without one, `.env` if it is there.
 * @throws DeployError where a file that was asked for is not there, or cannot be read.
 */
export async function readEnvFile(folder: string, file: string | undefined): Promise<EnvFile> {
  const name = file ?? usualName;
  try {
    const content = await readFile(join(folder, name), 'utf8');
    return { variables: parse(content), problems: findProblems(parseDotenv(content), name) };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // A folder named `.env` is a virtual environment of Python's.
    if (file === undefined && ['ENOENT', 'EISDIR'].includes(code)) {
      return { variables: {}, problems: [] };
    }
    throw unreadableOfSetting('env-file', { folder, file: name }, error);
  }
}

function findProblems({ assignments, otherLines }: DotenvText, file: string): EnvFileProblem[] {
  const unclosed = assignments
    .filter(({ isUnclosed }) => isUnclosed)
    .map(({ name, line }) => ({
      message: `The value of ${name} begins with a quote that is never closed, and has it as a part.`,
      location: { file, line },
    }));
  const unread = runs(otherLines).map(({ first, last }) => ({
    message: `${first === last ? `Line ${first} sets` : `Lines ${first} to ${last} set`} nothing: write NAME=value, and a value of several lines in quotes.`,
    location: { file, line: first },
  }));
  return [...unclosed, ...unread].sort((one, other) => one.location.line - other.location.line);
}

/** One for lines that follow each other, such as those of a key that was pasted without quotes. */
function runs(lines: readonly OtherLine[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const { line } of lines) {
    const run = found.at(-1);
    if (run?.last === line - 1) run.last = line;
    else found.push({ first: line, last: line });
  }
  return found;
}

const shortestSecret = 5;
/** Values that stand in logs for other reasons, where `***` in their place would only puzzle. */
const commonValues = new Set([
  'debug',
  'development',
  'error',
  'false',
  'localhost',
  'production',
  'staging',
]);

/**
 * Those of some variables' values that no log may show, each a line: logs are masked line by line. Settings such as `1`, `3000`, `true` and
 * `production` are not among them: masked, they would make every log unreadable.
 */
export function secretValues(variables: Readonly<Record<string, string>>): string[] {
  return Object.values(variables)
    .flatMap((value) => value.split(/\r?\n/))
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestSecret && !commonValues.has(line.toLowerCase()));
}
