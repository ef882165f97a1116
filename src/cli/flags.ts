import { type Command, Option } from 'commander';
import { DeployError } from '../errors.ts';
import {
  definitionOf,
  type SettingName,
  settingNames,
  type Verb,
} from '../settings/definitions.ts';
import type { RawSettings } from '../settings/values.ts';
import { quoteForShell } from '../shell-word.ts';

/** Gives a verb's command the flags of the settings that the verb heeds. */
export function addFlags(command: Command, verb: Verb): void {
  for (const name of settingNames) {
    if (name !== 'command' && definitionOf(name).verbs.includes(verb)) {
      command.addOption(flagOf(name));
    }
  }
}

/** Lets `start` take process types as words, and leave them running. */
export function addStartArguments(command: Command): void {
  command
    .argument('[process-types...]')
    .option('--detach', 'Leave the processes running, once the web process listens.');
}

/** Lets `exec` take the command as words, whose own options are no flags of ours. */
export function addExecArguments(command: Command): void {
  command.argument('[command...]').passThroughOptions();
}

/**
 * Reads settings from parsed flags: a flag that was repeated is one value a line, as in the action.
 * Words after the flags are what to run: several words of a command are themselves, a single one is
 * in the shell's language.
 */
export function readFlags(verb: Verb, command: Command): RawSettings {
  const given = command.opts<Record<string, string | string[] | boolean | undefined>>();
  return (name) => {
    if (name === 'command') return verb;
    const value = given[camelCase(flagName(name))];
    if (name === 'run' && command.args.length > 0) {
      if (value !== undefined) throw runTwice();
      return verb === 'exec' ? shellText(command.args) : command.args.join('\n');
    }
    return Array.isArray(value) ? value.join('\n') : String(value ?? '');
  };
}

/** Of the setting's name, but for one that Node.js takes for itself wherever it stands (`node --env-file`). */
export function flagName(name: SettingName): string {
  return name === 'env-file' ? 'dotenv' : name;
}

function runTwice(): DeployError {
  return new DeployError(
    'What to run is named twice.',
    'Name it with --run or behind the flags, not with both.',
  );
}

function shellText(words: readonly string[]): string {
  const [only = '', ...more] = words;
  return more.length === 0 ? only : words.map(quoteForShell).join(' ');
}

function flagOf(name: SettingName): Option {
  const { description, value, several, default: standard } = definitionOf(name);
  const isShown = value !== undefined && standard !== undefined;
  const shown = isShown ? ` (default: ${standard.replaceAll('\n', ', ')})` : '';
  const flag = new Option(
    value === undefined ? `--${flagName(name)}` : `--${flagName(name)} <${value}>`,
    (several ? description.replace('a line', 'a flag') : description).replaceAll('`', '') + shown,
  );
  return several
    ? flag.argParser((text: string, before: string[] = []) => [...before, text])
    : flag;
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
