import { expect, test } from 'vitest';
import type { Candidate } from '../../../src/verbs/releasing/candidate.ts';
import { releaseToApp } from '../../../src/verbs/releasing/release-to-app.ts';
import { releaseOf } from '../../heroku/release.ts';
import { type Answer, json } from '../../heroku/scripted-server.ts';
import { setUpTarget } from './target.ts';

const slug = { processTypes: { web: './serve' }, stack: 'heroku-24', checksum: 'SHA256:00ff' };

/** Config vars of a slug that the app runs already: its file is not looked at. */
const candidate = {
  slug,
  configVars: { NAME: 'value' },
  manifest: undefined,
} as unknown as Candidate;

/** An app that runs the slug, where a change of config vars makes no release. */
const platform: Answer = (request, response) => {
  const answers: Readonly<Record<string, unknown>> = {
    '/apps/shop/releases': [releaseOf(7)],
    '/apps/shop/config-vars': {},
    '/apps/shop/slugs/s-7': {
      id: 's-7',
      blob: { url: 'https://blobs.example/slug' },
      checksum: slug.checksum,
      process_types: slug.processTypes,
      stack: { name: slug.stack },
    },
  };
  return json(answers[request.path])(request, response);
};

test('a change that makes no release leaves the app with the one that it has', async () => {
  const { target, server } = await setUpTarget();
  server.answers(...Array(10).fill(platform));
  expect(await releaseToApp(target, candidate)).toMatchObject({
    error: undefined,
    release: { id: 'r-7' },
    slugId: 's-7',
    changed: false,
  });
  expect(server.calls).toContain('PATCH /apps/shop/config-vars');
});
