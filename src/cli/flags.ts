import { type Command, Option } from 'commander';
import {
  definitionOf,
  type SettingName,
  settingNames,
  type Verb,
} from '../settings/definitions.ts';
import type { RawSettings } from '../settings/settings.ts';

/** Gives a verb's command the flags of the settings that the verb heeds. */
export function addFlags(command: Command, verb: Verb): void {
  for (const name of settingNames) {
    if (name !== 'command' && definitionOf(name).verbs.includes(verb)) {
      command.addOption(flagOf(name));
    }
  }
}

/** Reads settings from parsed flags: a flag that was repeated is one value a line, as in the action. */
export function readFlags(verb: Verb, command: Command): RawSettings {
  const given = command.opts<Record<string, string | string[] | boolean | undefined>>();
  return (name) => {
    if (name === 'command') return verb;
    const value = given[camelCase(name)];
    return Array.isArray(value) ? value.join('\n') : String(value ?? '');
  };
}

function flagOf(name: SettingName): Option {
  const { description, value, several, default: standard } = definitionOf(name);
  const isShown = value !== undefined && standard !== undefined;
  const shown = isShown ? ` (default: ${standard.replaceAll('\n', ', ')})` : '';
  const flag = new Option(
    value === undefined ? `--${name}` : `--${name} <${value}>`,
    description.replaceAll('`', '').replace('a line', 'a flag') + shown,
  );
  return several
    ? flag.argParser((text: string, before: string[] = []) => [...before, text])
    : flag;
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
