import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployError, type SourceLocation } from '../errors.ts';
import { parseDotenv } from './dotenv.ts';
import { unreadableOfSetting } from './text-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Config vars by their names. The values are secrets. */
export type ConfigVars = Readonly<Record<string, string>>;

/** Where config vars were written. */
interface Source {
  /** As errors call it. */
  readonly name: string;
  readonly locate: (line: number) => SourceLocation | undefined;
}

/**
 * Reads the `config-vars` setting: `NAME=value` each, with dotenv's quotes and values of several
 * lines, or the name alone of a variable in the environment.
 * @throws DeployError with the line, and never with what it says: that may be a secret.
 */
export function parseConfigVars(text: string, environment: Environment): ConfigVars {
  return parse(text, { name: 'config-vars', locate: () => undefined }, environment);
}

/**
 * Reads a file of config vars in the same form.
 * @param file relative to the folder.
 * @throws DeployError where it cannot be read, and as {@link parseConfigVars}, with its place.
 */
export async function readConfigFile(
  folder: string,
  file: string,
  environment: Environment,
): Promise<ConfigVars> {
  const text = await readText(folder, file);
  return parse(text, { name: file, locate: (line) => ({ file, line }) }, environment);
}

/**
 * Checks names of config vars, one a line, of a setting.
 * @throws DeployError with the line of one that is none, and never with what it says.
 */
export function checkConfigVarNames(setting: string, names: readonly string[]): void {
  const source = { name: setting, locate: () => undefined };
  for (const [index, name] of names.entries()) checkName(name, index + 1, source);
}

async function readText(folder: string, file: string): Promise<string> {
  try {
    return await readFile(join(folder, file), 'utf8');
  } catch (error) {
    throw unreadableOfSetting('config-file', { folder, file }, error);
  }
}

function parse(text: string, source: Source, environment: Environment): ConfigVars {
  const { assignments, otherLines } = parseDotenv(text);
  const unclosed = assignments.find(({ isUnclosed }) => isUnclosed);
  if (unclosed !== undefined) {
    throw refused(
      source,
      unclosed.line,
      'the value begins with a quote that is never closed',
      'Close the quote, or put the whole value into quotes of another kind.',
    );
  }
  const named = otherLines.map((other) => fromEnvironment(other, source, environment));
  const given = [...assignments, ...named].sort((one, other) => one.line - other.line);
  for (const { name, line } of given) checkName(name, line, source);
  return Object.fromEntries(given.map(({ name, value }) => [name, value]));
}

function fromEnvironment(
  { text, line }: { text: string; line: number },
  source: Source,
  environment: Environment,
): { name: string; value: string; line: number } {
  const [, name] = /^\s*([\w.-]+)\s*(?:#.*)?$/.exec(text) ?? [];
  if (name === undefined) {
    throw refused(
      source,
      line,
      'this is neither NAME=value nor a name',
      'Write NAME=value, and a value of several lines in quotes.',
    );
  }
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined) return { name, value, line };
  throw refused(
    source,
    line,
    'there is a name alone, and no environment variable has it',
    'Write NAME=value, or set the variable in the step’s "env".',
  );
}

/**
 * What Heroku asks of a name, and a dyno's shell
 * (https://devcenter.heroku.com/articles/config-vars#config-var-policies).
 */
function checkName(name: string, line: number, source: Source): void {
  if (/^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw refused(
    source,
    line,
    'this is no name for a config var',
    'Names have letters, digits and "_" only, and begin neither with a digit nor with "__".',
  );
}

function refused(source: Source, line: number, what: string, remedy: string) {
  const location = source.locate(line);
  return new DeployError(`${source.name}, line ${line}: ${what}.`, remedy, {
    ...(location && { location }),
  });
}
