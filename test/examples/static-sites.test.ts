import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { copyApp, writeApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { machine } from '../support/machine.ts';
import { runAction, type Step } from '../support/runner.ts';

const apps = join(import.meta.dirname, 'static-apps');

describe('a site with many settings in static.json', () => {
  const heroku = useLocalHeroku();
  let step: Step;

  beforeAll(async () => {
    const app = await heroku.createApp();
    await heroku.setConfigVars(app, { SHOP_URL: 'https://shop.example' });
    const inputs = { ...heroku.inputs(app), 'build-args': machine.mirror('caddy').join('\n') };
    step = await runAction(inputs, { workspace: copyApp(join(apps, 'options')) });
  }, 600_000);

  async function get(path: string, proto = 'https') {
    const answer = await fetch(`${step.outputs['web-url']}`.replace(/\/$/, path), {
      headers: { 'x-forwarded-proto': proto },
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    return {
      status: answer.status,
      body: (await answer.text()).trim(),
      location: answer.headers.get('location'),
      everywhere: answer.headers.get('x-everywhere'),
      cache: answer.headers.get('cache-control'),
    };
  }

  test.each([
    ['/', 200, '<h1>It runs</h1>'],
    ['/about', 200, '<h1>About</h1>'],
    ['/docs/', 200, '<h1>Documents</h1>'],
    ['/app/orders/7', 200, '<h1>One page for all</h1>'],
    ['/own/orders/7', 200, '<h1>One page for all</h1>'],
    ['/.well-known/security.txt', 200, 'Contact: mailto:security@example.com'],
    ['/.private/notes.txt', 404, '<h1>Lost</h1>'],
    ['/missing', 404, '<h1>Lost</h1>'],
  ])('answers %s with %d', async (path, status, body) => {
    expect(await get(path)).toMatchObject({ status, body });
  });

  test.each([
    ['/old/', 302, '/new'],
    ['/shop/boats', 301, 'https://shop.example/all'],
    ['/docs', 308, '/docs/'],
  ])('redirects %s with %d', async (path, status, location) => {
    expect(await get(path)).toMatchObject({ status, location });
  });

  test('sends who came without encryption to https', async () => {
    const { status, location } = await get('/about', 'http');
    expect(status).toBe(301);
    expect(location).toMatch(/^https:\/\/[^/]+\/about$/);
  });

  test('takes the headers of the last rule for a path', async () => {
    expect(await get('/about')).toMatchObject({ everywhere: 'yes', cache: null });
    expect(await get('/style.css')).toMatchObject({
      everywhere: null,
      cache: 'public, max-age=3600',
    });
  });
});

describe('a site that Node.js builds', () => {
  testExample({
    name: 'static',
    folder: () => copyApp(join(apps, 'built')),
    runtimes: ['node', 'caddy'],
    reason: /static: Caddy \S+, static\.json, files from dist; Node\.js/,
    install: 'npm ci',
    change: { file: 'src/index.md', from: 'It runs', to: 'It still runs' },
    page: '<h1>It runs</h1>',
    unwanted: [/\/node_modules\//, /\/heroku\/node\/./],
  });
});

describe('a site with a Caddyfile of its own', () => {
  const heroku = useLocalHeroku();

  test('is served as that says', async () => {
    const app = await heroku.createApp();
    const workspace = writeApp({
      Caddyfile: ':{$PORT}\nrespond "It runs as the Caddyfile says"\n',
      'public/index.html': 'Nobody sees this.',
    });
    const inputs = { ...heroku.inputs(app), 'build-args': machine.mirror('caddy').join('\n') };
    const step = await runAction(inputs, { workspace });
    expect(step.exitCode, step.log).toBe(0);
    const page = await fetch(String(step.outputs['web-url']));
    expect(await page.text()).toBe('It runs as the Caddyfile says');
  }, 600_000);
});
