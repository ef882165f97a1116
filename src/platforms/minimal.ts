import type { Platform } from './platform.ts';

/**
 * A Dockerfile for its user to fill in. An app with a Procfile and no language that is known here
 * gets it as well: what its processes are is settled, and the build says the rest.
 */
export const minimal: Platform = {
  name: 'minimal',
  detect: (app) => app.has('Procfile'),
  plan: (app) => ({
    summary: 'A base without a language',
    reason: app.has('Procfile') ? 'a Procfile, and no language that is known' : 'asked for',
    values: {},
    warnings: [],
  }),
  defaultProcessTypes: () => ({}),
};
