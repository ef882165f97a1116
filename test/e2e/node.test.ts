import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { outputDefinitions } from '../../src/settings/outputs.ts';
import { copyExample } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInEngine } from '../support/left-in-engine.ts';
import { docker, machine } from '../support/machine.ts';
import { runAction, type Step } from '../support/runner.ts';

const heroku = useLocalHeroku();

let app: string;
let workspace: string;
let first: Step;

function release(inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  return runAction(
    { ...heroku.inputs(app), ...inputs, 'build-args': machine.mirror('node').join('\n') },
    { workspace, environment: { GITHUB_SHA: '60883d9e8947a57e04dc9124f25df004866a2051' } },
  );
}

beforeAll(async () => {
  app = await heroku.createApp();
  workspace = copyExample('node');
  first = await release();
});

test('a Node.js app without a Dockerfile becomes a release whose page answers', async () => {
  expect(first.exitCode, first.log).toBe(0);
  expect(existsSync(join(workspace, 'Dockerfile'))).toBe(true);
  const page = await fetch(String(first.outputs['web-url']), {
    signal: AbortSignal.timeout(10_000),
  });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('production');
});

test('every output says what was made', () => {
  const ofStart = ['url', 'container-id', 'containers'];
  const expected = Object.keys(outputDefinitions).filter((name) => !ofStart.includes(name));
  expect(Object.keys(first.outputs).sort()).toEqual(expected.sort());
  expect(first.outputs).toMatchObject({
    platform: 'node',
    dockerfile: 'Dockerfile',
    'image-hash': expect.stringMatching(/^[0-9a-f]{64}$/),
    'base-image': `heroku-docker-${first.outputs['image-hash']}`,
    'base-image-cached': expect.stringMatching(/^(true|false)$/),
    'image-id': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    'slug-checksum': expect.stringMatching(/^SHA256:[0-9a-f]{64}$/),
    'release-status': 'succeeded',
  });
});

test('Heroku has the slug as it was reported', async () => {
  const slug = await heroku.slug(app, String(first.outputs['slug-id']));
  expect(slug).toMatchObject({
    checksum: first.outputs['slug-checksum'],
    size: Number(first.outputs['slug-size']),
    commit: '60883d9e8947a57e04dc9124f25df004866a2051',
    process_types: JSON.parse(String(first.outputs['process-types'])),
    stack: { name: 'heroku-24' },
  });
});

test('the summary tells app, version, size, hash, process types and the time of each phase', () => {
  expect(first.summary).toContain(`v${first.outputs['release-version']} of ${app}`);
  expect(first.summary).toContain(String(first.outputs['image-hash']));
  expect(first.summary).toMatch(/\d+(\.\d+)? MB/);
  expect(first.summary).toContain('web');
  for (const phase of ['Base image', 'App image', 'Slug', 'Upload to', 'Release to']) {
    expect(first.summary).toMatch(new RegExp(`<td>${phase}[^<]*</td><td>\\d+\\.\\d s</td>`));
  }
});

test('dev dependencies and the package manager’s cache are not in the image', () => {
  const image = String(first.outputs['image-id']);
  const unwanted = ['-path', '*/src/node_modules/typescript', '-o', '-name', '_cacache'];
  expect(docker('run', '--rm', image, 'find', '/app', ...unwanted)).toBe('');
});

test('a source-only change finds the base image, does not install again, and is what runs', async () => {
  appendFileSync(join(workspace, 'package.json'), '');
  appendFileSync(join(workspace, 'README.md'), 'changed\n');
  const second = await release();
  expect(second.exitCode, second.log).toBe(0);
  expect(second.outputs['base-image-cached']).toBe('true');
  expect(second.outputs['image-hash']).toBe(first.outputs['image-hash']);
  expect(second.log).toMatch(/ONBUILD RUN [^\n]*\n(?:[^\n]*npm ci[^\n]*\n)?#\d+ CACHED/);
  expect(Number(second.outputs['release-version'])).toBe(
    Number(first.outputs['release-version']) + 1,
  );
  expect([first, second].flatMap(leftInEngine)).toEqual([]);
});

test('two jobs on one engine at once do not trip over each other', async () => {
  const steps = await Promise.all([release({ force: 'true' }), release({ force: 'true' })]);
  for (const step of steps) expect(step.exitCode, step.log).toBe(0);
  expect(steps.flatMap(leftInEngine)).toEqual([]);
  expect(new Set(steps.map((step) => step.outputs['release-version'])).size).toBe(2);
});
