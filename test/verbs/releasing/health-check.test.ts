import { describe, expect, test } from 'vitest';
import type { App } from '../../../src/heroku/apps.ts';
import type { HealthCheckSettings } from '../../../src/settings/health-check.ts';
import { checkHealth, healthCheckUrl } from '../../../src/verbs/releasing/health-check.ts';
import { releaseOf } from '../../heroku/release.ts';
import { type Answer, json, rejection, text } from '../../heroku/scripted-server.ts';
import { setUpTarget } from './target.ts';

const check: HealthCheckSettings = {
  target: '/health',
  status: 200,
  text: undefined,
  timeoutSeconds: 20,
};

function dynos(state: string, ...versions: number[]): Answer {
  const web = (versions.length === 0 ? [8] : versions).map((version, index) => ({
    ...{ name: `web.${index + 1}`, type: 'web', state },
    release: { id: `r-${version}`, version },
  }));
  return json([
    ...web,
    { name: 'worker.1', type: 'worker', state: 'crashed', release: { id: 'r-1', version: 1 } },
  ]);
}

const release = json([releaseOf(8)]);

describe('a health check', () => {
  test('is none where none was asked for', async () => {
    const { target, server } = await setUpTarget();
    await checkHealth(target);
    expect(server.calls).toEqual([]);
  });

  test('asks until the new release’s dynos are up and the page is as it should be', async () => {
    const { target, server, reporter } = await setUpTarget({ healthCheck: check });
    server.answers(
      release,
      dynos('up', 7),
      dynos('starting'),
      dynos('up'),
      text('', 503),
      dynos('up'),
      text('fine'),
    );
    await checkHealth(target);
    const page = 'GET /health';
    const list = 'GET /apps/shop/dynos';
    expect(server.calls.slice(1)).toEqual([list, list, list, page, list, page]);
    expect(server.requests[4]?.headers.authorization, 'the app sees no token').toBeUndefined();
    expect(reporter.infos).toEqual([`GET ${server.url}/health answers 200`]);
  });

  test('wakes a web dyno that is idle', async () => {
    const { target, server } = await setUpTarget({ healthCheck: check });
    server.answers(release, dynos('idle'), text('fine'));
    await checkHealth(target);
    expect(server.calls.at(-1)).toBe('GET /health');
  });

  test('outlasts an API that does not answer for a while', async () => {
    const { target, server } = await setUpTarget({ healthCheck: check });
    server.answers(release, ...Array(6).fill(text('down', 503)), dynos('up'), text('fine'));
    await checkHealth(target);
    expect(server.calls.at(-1)).toBe('GET /health');
  });

  test('does not outlast an API that says no', async () => {
    const { target, server } = await setUpTarget({ healthCheck: check });
    server.answers(release, text('{"id":"unauthorized","message":"no"}', 401));
    expect(await rejection(checkHealth(target))).toMatchObject({ status: 401 });
  });

  test.each<[string, Answer[], Partial<HealthCheckSettings>, RegExp]>([
    ['dynos of the release before', [dynos('up', 7)], {}, /web\.1 is still of v7 \(asked once/],
    ['one dyno of the release before', [dynos('up', 8, 7)], {}, /web\.2 is still of v7/],
    ['a crash', [dynos('crashed')], {}, /web\.1 is crashed/],
    ['another status', [dynos('up'), text('', 302)], {}, /health answered 302/],
    ['another text', [dynos('up'), text('no')], { text: 'yes' }, /not have the text "yes"/],
  ])('ends with what was wrong at last: %s', async (_, answers, more, message) => {
    const healthCheck = { ...check, timeoutSeconds: 1, ...more };
    const { target, server } = await setUpTarget({ healthCheck });
    server.answers(release, ...answers);
    expect(await rejection(checkHealth(target))).toMatchObject({
      message: expect.stringMatching(message),
      remedy: expect.stringContaining('heroku logs --app shop'),
    });
  });
});

describe('the URL of a health check', () => {
  const app = { name: 'shop', webUrl: 'https://shop.example/' } as App;

  test.each([
    ['/health?deep=1', 'https://shop.example/health?deep=1'],
    ['https://other.example/x', 'https://other.example/x'],
  ])('%s is %s', (target, url) => {
    expect(healthCheckUrl(app, { ...check, target })).toBe(url);
  });

  test('cannot be a path where the app has no URL', () => {
    expect(() => healthCheckUrl({ ...app, webUrl: undefined }, check)).toThrow(
      'The app shop has no URL of its own',
    );
  });
});
