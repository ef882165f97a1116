import { readSettings, type Settings } from '../../src/settings/settings.ts';

/** The settings that hold where nothing is asked for, except for what a test asks for. */
export function createSettings(overrides: Partial<Settings> = {}): Settings {
  return { ...readSettings(() => '', {}), ...overrides };
}
