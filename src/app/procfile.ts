import { DeployError } from '../errors.ts';

/** Process type names and the command line of each, as the Platform API takes them. */
export type ProcessTypes = Readonly<Record<string, string>>;

/**
 * Heroku's classic grammar of one line
 * (https://github.com/heroku/procfile-util, buildpacks/procfile SPEC.md).
 */
const processLine = /^[ \t]*([a-zA-Z0-9_-]+):?[ \t]+(.*)$/s;

/** What the Platform API takes as the name of a process type (schema of slug.process_types). */
const longestName = 128;

/**
 * Reads a Procfile: one `name: command` a line; blank lines, `#` comments, CRLF and a byte order
 * mark are no part of it. A name that stands twice keeps its last command, as on the platform.
 * @param file path for error messages.
 * @throws DeployError at the first line that does not parse.
 */
export function parseProcfile(content: Uint8Array, file: string): ProcessTypes {
  const processTypes = new Map<string, string>();
  for (const [index, line] of decode(content, file)
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [name, command] = parseLine(line, { file, line: index + 1 });
    processTypes.set(name, command);
  }
  if (processTypes.size === 0) {
    throw new DeployError(
      `${file} names no process type.`,
      'Add a line such as "web: npm start", or remove the file to use the platform’s default.',
      { location: { file } },
    );
  }
  return Object.fromEntries(processTypes);
}

function decode(content: Uint8Array, file: string): string {
  try {
    if (content.includes(0)) throw new TypeError('It looks like UTF-16.');
    return new TextDecoder('utf-8', { fatal: true }).decode(content); // It drops a byte order mark.
  } catch (error) {
    throw new DeployError(
      `${file} is not UTF-8 text.`,
      'Save it as UTF-8 (editors call it "UTF-8 without BOM").',
      { cause: error, location: { file, line: 1 } },
    );
  }
}

function parseLine(line: string, location: { file: string; line: number }): [string, string] {
  const where = `${location.file}, line ${location.line}`;
  if (/^(<{7}|\|{7}|={7}|>{7})/.test(line)) {
    throw new DeployError(
      `${where}: a merge conflict was committed here.`,
      'Resolve the conflict and commit the Procfile again.',
      { location },
    );
  }
  const [, name = '', command = ''] = processLine.exec(line) ?? [];
  if (name === '' || command.trim() === '') {
    throw new DeployError(
      `${where} does not parse: "${line.trim()}".`,
      'Write it as "name: command", with a space after the colon; names take letters, digits, "-" and "_".',
      { location },
    );
  }
  if (name.length > longestName) {
    throw new DeployError(
      `${where}: the process type name is ${name.length} characters long.`,
      `Use a name of ${longestName} characters at most.`,
      { location },
    );
  }
  return [name, command.trim()];
}
