/** Those that a runner knows (actions/runner, ActionCommandManager). */
const known = new Set([
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group'],
  ...['internal-set-repo-path', 'notice', 'remove-matcher', 'save-state', 'set-env', 'set-output'],
  ...['stop-commands', 'warning'],
]);

/** What .NET's `TrimStart` takes off. */
const whiteSpace = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/** What .NET's comparison of strings, which goes by language, does not see. */
const ignorable = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/u;

/**
 * The workflow commands that a runner finds in a log, each with its line, by the runner's own rules:
 * lines as a .NET StreamReader reads them, `ActionCommand.TryParseV2`, then `ActionCommand.TryParse`.
 */
export function workflowCommands(log: string): string[] {
  return log
    .split(/\r\n|\r|\n/)
    .filter((line) => known.has(parseNew(line) ?? parseOld(line) ?? ''));
}

/** `::command properties::data` at the beginning of a line. */
function parseNew(line: string): string | undefined {
  const message = line.replace(whiteSpace, '');
  if (firstSeen(message) !== find(message, '::', 0)) return undefined;
  const end = find(message, '::', 2);
  if (end === undefined) return undefined;
  return message.slice(2, end).split(' ')[0]?.toLowerCase();
}

/** `##[command properties]data` anywhere in a line. */
function parseOld(line: string): string | undefined {
  const start = find(line, '##[', 0);
  if (start === undefined) return undefined;
  const end = line.indexOf(']', start);
  if (end < 0) return undefined;
  return line
    .slice(start + 3, end)
    .split(' ')[0]
    ?.toLowerCase();
}

function firstSeen(text: string): number {
  return [...text].findIndex((character) => !ignorable.test(character));
}

/** Where a text begins in another, ignorable characters between its own included. */
function find(text: string, wanted: string, from: number): number | undefined {
  for (let start = text.indexOf(wanted.charAt(0), from); start >= 0; ) {
    let matched = 1;
    for (let at = start + 1; matched < wanted.length && at < text.length; at++) {
      if (text.charAt(at) === wanted.charAt(matched)) matched++;
      else if (!ignorable.test(text.charAt(at))) break;
    }
    if (matched === wanted.length) return start;
    start = text.indexOf(wanted.charAt(0), start + 1);
  }
  return undefined;
}
