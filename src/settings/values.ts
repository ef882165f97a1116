import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { DeployError } from '../errors.ts';
import { definitionOf, type SettingName } from './definitions.ts';

/** Gives a setting's text as the user wrote it; empty where it was not given. */
export type RawSettings = (name: SettingName) => string;

/** The lines of a setting of several values, without the blank ones. */
export function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** @throws DeployError that names what is allowed. */
export function oneOf<Value extends string>(
  name: SettingName,
  text: string,
  allowed: readonly Value[],
): Value {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw invalid(name, text, `Must be one of: ${allowed.join(', ')}.`);
}

/** @throws DeployError where it is neither `true` nor `false`. */
export function truth(name: SettingName, text: string): boolean {
  return oneOf(name, text.toLowerCase(), ['true', 'false']) === 'true';
}

/** @throws DeployError where it is none from `least` to `most`. */
export function wholeNumber(name: SettingName, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw invalid(name, text, `Must be a whole number from ${least} to ${most}.`);
}

/** The absolute path of a folder. @throws DeployError where there is none. */
export function folder(name: SettingName, text: string): string {
  const path = resolve(text);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw invalid(name, text, `There is no folder ${path}; was the repository checked out?`);
}

/**
 * Refuses settings that only matter to something that was not asked for.
 * @throws DeployError that names both.
 */
export function refuseStray(
  raw: RawSettings,
  names: readonly SettingName[],
  { purpose, remedy }: { purpose: string; remedy: string },
): void {
  // A runner gives defaults as if they were written.
  const stray = names.find((name) => raw(name) !== (definitionOf(name).default ?? ''));
  if (stray === undefined) return;
  throw new DeployError(
    `"${stray}" is for the ${purpose}, which is not asked for.`,
    `${remedy}, or leave "${stray}" out.`,
  );
}

/** The error of a setting that cannot be read. */
export function invalid(name: SettingName, text: string, remedy: string): DeployError {
  return new DeployError(`Invalid ${name}: "${text}".`, remedy);
}
