import { parse, TomlError } from 'smol-toml';
import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** A table of a TOML file, or anything else that was asked for as one: nothing is in it then. */
export type Table = Readonly<Record<string, unknown>>;

/**
 * Reads a TOML file of the app; an empty table where there is none.
 * @throws DeployError where it is not TOML.
 */
export function readToml(app: AppFolder, name: string): Table {
  try {
    return parse(app.read(name) ?? '');
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.split('\n');
    throw new DeployError(
      `${name}, line ${error.line} is not TOML: ${reason}`,
      'Mend the syntax there, or have the file written anew by the program that wrote it.',
      { cause: error, location: { file: name, line: error.line } },
    );
  }
}

/** The table of that name in a table, an empty one where there is none. */
export function tableIn(table: Table, name: string): Table {
  const value = table[name];
  return isTable(value) ? value : {};
}

/** The tables of an array in a table. */
export function tablesIn(table: Table, name: string): readonly Table[] {
  const value = table[name];
  return Array.isArray(value) ? value.filter(isTable) : [];
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
