import type { App } from '../../heroku/apps.ts';
import type { AppOutcome } from '../report.ts';

/** An app's outcome while it comes about. */
export type Draft = { -readonly [Key in keyof AppOutcome]: AppOutcome[Key] };

/** The outcome of an app that nothing was done to. */
export function untouched(app: App): Draft {
  return {
    app: app.name,
    webUrl: app.webUrl,
    changed: false,
    slugId: undefined,
    release: undefined,
    slugBytesBefore: app.slugSizeBytes,
    error: undefined,
  };
}
