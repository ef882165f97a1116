import { posix } from 'node:path';
import { quoteForShell } from '../shell-word.ts';

/** What decides how a process of the image starts, and what a dyno has of it anyway. */
export interface ProfileOptions {
  /** `Config.Env` of the app's image: `KEY=value` each. */
  readonly imageEnvironment: readonly string[];
  /** `Config.Env` of the stack's run image, which dynos boot on. */
  readonly stackEnvironment: readonly string[];
  /** `Config.WorkingDir` of the app's image; empty where it has none. */
  readonly workingDirectory: string;
}

/** The script, and what it could not hold. */
export interface Profile {
  /** Text of the script; `undefined` where there is nothing to set. */
  readonly script: string | undefined;
  /** Names that it sets. */
  readonly variables: readonly string[];
  /** Names in the image's environment that bash cannot export, or keeps for itself. */
  readonly skipped: readonly string[];
  /** The WORKDIR, where it is outside `/app`, so that the dyno does not have it. */
  readonly lostWorkingDirectory: string | undefined;
}

/** Set by Heroku for each dyno (Dev Center, "Dynos", local environment variables). */
const platformVariables = new Set(['PORT', 'HOME', 'DYNO']);

/** What bash takes for a name (bash manual, "Definitions"). */
const nameOfBash = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Bash's own: read-only, or given a value by bash that nothing holds against (bash manual, "Bash Variables"). */
const ownedByBash = new Set(
  `_ BASH BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND
   BASH_LINENO BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION COMP_WORDBREAKS DIRSTACK
   EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD IFS LINENO OLDPWD OPTERR OPTIND
   PIPESTATUS PPID PWD RANDOM SECONDS SHELLOPTS SHLVL SRANDOM UID`.split(/\s+/),
);

/** Those that bash gives a value if the environment has none, but does not export. */
const madeUpByBash = new Set(['HOSTNAME', 'HOSTTYPE', 'MACHTYPE', 'OSTYPE', 'SHELL', 'TERM']);

/**
 * Writes the `.profile.d` script that makes the Dockerfile's `ENV` and `WORKDIR` hold on a dyno,
 * which gets neither from the image. A dyno's bash sources it with the config vars set already,
 * and those win; `PATH` is merged into the dyno's own.
 */
export function profileScript(options: ProfileOptions): Profile {
  const image = parseEnvironment(options.imageEnvironment);
  const stack = parseEnvironment(options.stackEnvironment);
  const changed = [...image.keys()].filter(
    (name) => image.get(name) !== stack.get(name) && !platformVariables.has(name),
  );
  const variables = changed.filter(isExportable);
  const folder = posix.resolve('/', options.workingDirectory);
  const lines = [
    ...variables.flatMap((name) => assignment(name, image.get(name) ?? '', stack.get(name))),
    ...(folder.startsWith('/app/') ? [`cd ${quoteForShell(folder)}`] : []),
  ];
  return {
    script: lines.length > 0 ? `${[...explanation, ...lines].join('\n')}\n` : undefined,
    variables,
    skipped: changed.filter((name) => !isExportable(name)),
    lostWorkingDirectory: isKept(folder) ? undefined : folder,
  };
}

const explanation = [
  '# Written by heroku-docker-release: what ENV and WORKDIR in the Dockerfile set.',
  '# Config vars of the same name win.',
];

function parseEnvironment(entries: readonly string[]): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const equals = entry.indexOf('=');
      return [entry.slice(0, equals), entry.slice(equals + 1)];
    }),
  );
}

function isExportable(name: string): boolean {
  return nameOfBash.test(name) && !ownedByBash.has(name);
}

/** A dyno starts in `/app`, and that is where an image without a WORKDIR is taken to start as well. */
function isKept(folder: string): boolean {
  return folder === '/' || folder === '/app' || folder.startsWith('/app/');
}

function assignment(name: string, value: string, ofStack: string | undefined): string[] {
  if (name === 'PATH') return mergedPath(value, ofStack ?? '');
  const given = conditionsOfConfigVar(name, ofStack).join(' && ');
  // Not `"${NAME:-value}"`: bash takes a single quote in there for the start of a quotation.
  return [`[[ ${given} ]] || export ${name}=${quoteForShell(value)}`];
}

/** What is true in the dyno's bash where a config var has set `name`, and not bash or the stack. */
function conditionsOfConfigVar(name: string, ofStack: string | undefined): string[] {
  const conditions = [`$${name}`];
  if (madeUpByBash.has(name)) conditions.push(`\${${name}@a} == *x*`);
  // Containers get the machine's name in it. Next.js takes it for the address to listen on.
  if (name === 'HOSTNAME') conditions.push('$HOSTNAME != "$(</proc/sys/kernel/hostname)"');
  if (ofStack !== undefined) conditions.push(`$${name} != ${quoteForShell(ofStack)}`);
  return conditions;
}

/**
 * Puts the entries that the stack's PATH does not have around the dyno's own PATH: after it what
 * comes after all of the stack's entries in the image, before it the rest, so that nothing of the
 * app is hidden by the stack that was not before.
 */
function mergedPath(value: string, ofStack: string): string[] {
  const known = new Set(ofStack.split(':'));
  const entries = [...new Set(value.split(':'))];
  const lastKnown = entries.findLastIndex((entry) => known.has(entry));
  const isOwn = (entry: string) => entry !== '' && !known.has(entry);
  const before = entries.slice(0, lastKnown < 0 ? entries.length : lastKnown).filter(isOwn);
  const after = lastKnown < 0 ? [] : entries.slice(lastKnown).filter(isOwn);
  if (before.length + after.length === 0) return [];
  const merged = [...before.map(quoteForShell), '"$PATH"', ...after.map(quoteForShell)].join(':');
  return [`export PATH=${merged}`];
}
