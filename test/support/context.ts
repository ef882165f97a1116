import type { Settings } from '../../src/settings/settings.ts';
import type { Context } from '../../src/verbs/context.ts';
import { Report } from '../../src/verbs/report.ts';
import { RecordingReporter } from './reporter.ts';
import { createSettings } from './settings.ts';

/** What a verb is given, with a reporter that keeps all that it is told. */
export function createContext(
  settings: Partial<Settings> = {},
  signal: AbortSignal = new AbortController().signal,
): Context & { readonly reporter: RecordingReporter } {
  return {
    settings: createSettings(settings),
    reporter: new RecordingReporter(),
    report: new Report(),
    signal,
    environment: {},
  };
}
