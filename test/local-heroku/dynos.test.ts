import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localHerokuLabel } from '../../src/docker/labels.ts';
import {
  destroyLocalApp,
  ensureLocalApp,
  listLocalApps,
  readLocalLogs,
  rollBackLocalApp,
  stopLocalDynos,
} from '../../src/local-heroku/operations.ts';
import { destroyLocalHeroku } from '../../src/local-heroku/server.ts';
import { containersWith, runImage } from '../dyno/engine.ts';
import { makeSlug, perlServer, type SlugFiles } from '../dyno/slug.ts';
import { schemaProblems } from './official-schema.ts';
import { useTestHeroku } from './server.ts';

const heroku = useTestHeroku({ runImages: process.env['RUN_IMAGE'] ?? 'RUN_IMAGE is not set' });
const web = 'exec perl server.pl $PORT';
let slugPath: string;
let webUrl: string;

beforeEach(async () => {
  runImage(); // Fails the test where there is none.
  slugPath = join(heroku.folder, 'test-slug.tgz');
  webUrl = (await heroku.call('POST', '/apps', { name: 'example' })).body.web_url;
});
afterEach(() => rm(slugPath, { force: true }));

async function upload(files: SlugFiles, processTypes: Readonly<Record<string, string>> = { web }) {
  await makeSlug(slugPath, files);
  return heroku.uploadSlug('example', slugPath, processTypes);
}

/** Releases a web server that answers each request with what `body` evaluates to. */
async function releaseServer(body: string, processTypes?: Readonly<Record<string, string>>) {
  const slug = await upload({ 'server.pl': perlServer(body) }, processTypes);
  return heroku.release('example', slug.id);
}

const page = async () => (await request(webUrl)).body.text();
const dynos = async () => (await heroku.call('GET', '/apps/example/dynos')).body;
const logs = async () => (await readLocalLogs(heroku.server, 'example')).join('\n');

async function containers(): Promise<string[]> {
  return containersWith(`${localHerokuLabel}=${await readFile(join(heroku.folder, 'id'), 'utf8')}`);
}

describe('a release', () => {
  test('answers at the app’s URL when it has succeeded, and the next one takes its place', async () => {
    const first = await releaseServer('"one"');
    expect(first).toMatchObject({ version: 2, status: 'succeeded', current: true });
    expect(await page()).toBe('one');
    const [dyno] = await dynos();
    expect(schemaProblems('dyno', dyno)).toEqual([]);
    expect(dyno).toMatchObject({
      name: 'web.1',
      type: 'web',
      state: 'up',
      command: web,
      release: { id: first.id, version: 2 },
    });
    expect(await releaseServer('"two"')).toMatchObject({ version: 3, current: true });
    expect(await page()).toBe('two');
    expect(await containers()).toHaveLength(1);
    expect((await heroku.call('GET', '/apps/example')).body.web_url).toBe(webUrl);
  });

  test('can be gone back to', async () => {
    await releaseServer('"one"');
    await releaseServer('"two"');
    const { id } = await rollBackLocalApp(heroku.server, 'example');
    expect(await heroku.finished('example', id)).toMatchObject({
      version: 4,
      description: 'Rollback to v2',
    });
    expect(await page()).toBe('one');
    await heroku.finished('example', (await rollBackLocalApp(heroku.server, 'example', 3)).id);
    expect(await page()).toBe('two');
    await expect(rollBackLocalApp(heroku.server, 'example', 1)).rejects.toThrow(
      'no release v1 to go back to',
    );
  });

  test('is made by config vars too, which the dyno then has', async () => {
    await releaseServer('$ENV{GREETING} || "none"');
    expect(await page()).toBe('none');
    await heroku.call('PATCH', '/apps/example/config-vars', { GREETING: 'hello\nyou' });
    await heroku.finished('example', '3');
    expect(await page()).toBe('hello\nyou');
  });

  test('whose web process crashes has succeeded, and the log says why nothing answers', async () => {
    await releaseServer('"one"');
    const slug = await upload({}, { web: 'echo no database; exit 3' });
    expect(await heroku.release('example', slug.id)).toMatchObject({
      status: 'succeeded',
      current: true,
    });
    expect(await dynos()).toMatchObject([{ name: 'web.1', state: 'crashed' }]);
    await expect(page()).rejects.toThrow();
    expect(await logs()).toMatch(
      /app\[web\.1\]: no database[\s\S]*heroku\[web\.1\]: web\.1 crashed before it listened on \$PORT \(exit code 3\)[\s\S]*State changed from starting to crashed/,
    );
    expect(heroku.lines.join('\n')).toContain('crashed before it listened');
  });

  test('of a slug that holds no ./app/ crashes, as on the platform', async () => {
    await makeSlug(slugPath, { 'server.pl': perlServer('"x"') }, './elsewhere');
    const slug = await heroku.uploadSlug('example', slugPath, { web });
    expect(await heroku.release('example', slug.id)).toMatchObject({ status: 'succeeded' });
    expect(await dynos()).toMatchObject([{ state: 'crashed' }]);
    expect(await logs()).toContain("Can't open perl script");
  });

  test('of a blob that is no slug fails and leaves the current one running', async () => {
    await releaseServer('"one"');
    await writeFile(slugPath, 'not a slug');
    const slug = await heroku.uploadSlug('example', slugPath, { web });
    expect(await heroku.release('example', slug.id)).toMatchObject({
      status: 'failed',
      current: false,
    });
    expect(await page()).toBe('one');
    expect(await logs()).toContain('v3 failed: The slug');
    expect(await containers()).toHaveLength(1);
  });
});

describe('an engine', () => {
  test('that does not answer fails the release, and the API says so of the dynos', async () => {
    await releaseServer('"one"');
    vi.stubEnv('DOCKER_HOST', 'unix:///nowhere.sock');
    try {
      expect(await releaseServer('"two"')).toMatchObject({ status: 'failed' });
      expect(heroku.lines.join('\n')).toMatch(/v3 failed: .*nowhere\.sock/s);
      expect(await heroku.call('GET', '/apps/example/dynos')).toMatchObject({
        status: 503,
        body: { id: 'service_unavailable', message: expect.stringContaining('nowhere.sock') },
      });
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await page()).toBe('one');
  });

  test('is rid of what a killed server left in it', async () => {
    await releaseServer('"one"');
    const [dyno = ''] = await containers();
    const labels = execFileSync('docker', ['inspect', '--format', '{{json .Config.Labels}}', dyno]);
    const again = Object.entries(JSON.parse(labels.toString())).map((label) => label.join('='));
    execFileSync('docker', ['create', ...again.flatMap((label) => ['--label', label]), runImage()]);
    expect(await containers()).toHaveLength(2);
    await releaseServer('"two"');
    expect(await containers()).toHaveLength(1);
  });
});

describe('a release phase', () => {
  test('runs before the new dynos, its output at its URL', async () => {
    await releaseServer('"one"');
    const release = 'echo migrating; sleep 1; echo "for $DYNO"';
    const slug = await upload({ 'server.pl': perlServer('"two"') }, { web, release });
    const { body } = await heroku.call('POST', '/apps/example/releases', { slug: slug.id });
    expect(body.status).toBe('pending');
    let output = await request(body.output_stream_url);
    while (output.statusCode === 404) output = await request(body.output_stream_url);
    expect(await page()).toBe('one');
    expect(await output.body.text()).toBe('migrating\nfor release.3\n');
    expect((await heroku.call('GET', '/apps/example/releases/3')).body.status).toBe('pending');
    expect(await heroku.finished('example', body.id)).toMatchObject({ status: 'succeeded' });
    expect(
      schemaProblems('release', (await heroku.call('GET', '/apps/example/releases/3')).body),
    ).toEqual([]);
    expect(await page()).toBe('two');
    expect(await containers()).toHaveLength(1);
  });

  test('that fails leaves the current release running', async () => {
    await releaseServer('"one"');
    const release = await releaseServer('"two"', { web, release: 'echo no; exit 4' });
    expect(release).toMatchObject({
      version: 3,
      status: 'failed',
      current: false,
      eligible_for_rollback: false,
    });
    expect(await page()).toBe('one');
    expect(await logs()).toContain('v3 failed: the release command ended with exit code 4');
    expect(await containers()).toHaveLength(1);
  });
});

describe('a release phase of other releases', () => {
  const release = 'echo "COLOUR is $COLOUR"; test "$COLOUR" != red';
  const patch = (changes: object) => heroku.call('PATCH', '/apps/example/config-vars', changes);
  const configVars = async () => (await heroku.call('GET', '/apps/example/config-vars')).body;
  const finished = async (version: number) => heroku.finished('example', String(version));

  test('runs for config vars, which hold when it has succeeded', async () => {
    await releaseServer('$ENV{COLOUR} || "none"', { web, release });
    expect((await patch({ COLOUR: 'blue' })).body).toEqual({});
    expect(await configVars()).toEqual({});
    expect(await finished(3)).toMatchObject({
      status: 'succeeded',
      output_stream_url: expect.stringContaining('/streams/'),
    });
    expect(await configVars()).toEqual({ COLOUR: 'blue' });
    expect(await page()).toBe('blue');
    await patch({ COLOUR: 'red' });
    expect(await finished(4)).toMatchObject({ status: 'failed', current: false });
    expect(await configVars()).toEqual({ COLOUR: 'blue' });
    expect(await page()).toBe('blue');
  });

  test('runs for a rollback, and not for an add-on, which the dynos have all the same', async () => {
    await releaseServer('$ENV{REDIS_URL} || "none"', { web, release });
    await patch({ COLOUR: 'blue' });
    await finished(3);
    await heroku.call('POST', '/apps/example/addons', { plan: 'heroku-redis' });
    expect(await finished(4)).toMatchObject({ status: 'succeeded', output_stream_url: null });
    expect(await page()).toBe('redis://127.0.0.1:6379');
    const { id } = await rollBackLocalApp(heroku.server, 'example', 2);
    const back = await heroku.finished('example', id);
    expect(back.status).toBe('succeeded');
    const output = await request(back.output_stream_url);
    expect(await output.body.text()).toBe('COLOUR is \n');
    expect(await configVars()).toEqual({ REDIS_URL: 'redis://127.0.0.1:6379' });
    expect(await page()).toBe('redis://127.0.0.1:6379');
  });

  test('runs for a promotion, with the config vars of its target', async () => {
    await releaseServer('$ENV{COLOUR} || "none"', { web, release });
    const { body: pipeline } = await heroku.call('POST', '/pipelines', { name: 'shop' });
    const targets = [];
    for (const [app, stage, COLOUR] of [
      ['example', 'staging', 'blue'],
      ['good', 'production', 'green'],
      ['bad', 'production', 'red'],
    ] as const) {
      await ensureLocalApp(heroku.server, app);
      await heroku.call('PATCH', `/apps/${app}/config-vars`, { COLOUR });
      await heroku.call('POST', '/pipeline-couplings', { app, pipeline: pipeline.id, stage });
      targets.push({ app: { id: (await heroku.call('GET', `/apps/${app}`)).body.id } });
    }
    await finished(3);
    const [source, ...others] = targets;
    const { body: promotion } = await heroku.call('POST', '/pipeline-promotions', {
      pipeline: { id: pipeline.id },
      source,
      targets: others,
    });
    expect(promotion.status).toBe('pending');
    expect(await heroku.finished('good', '3')).toMatchObject({ status: 'succeeded' });
    expect(await heroku.finished('bad', '3')).toMatchObject({ status: 'failed' });
    const path = `/pipeline-promotions/${promotion.id}`;
    expect((await heroku.call('GET', path)).body).toMatchObject({ status: 'completed' });
    expect((await heroku.call('GET', `${path}/promotion-targets`)).body).toMatchObject([
      { status: 'succeeded', error_message: null, release: { id: expect.any(String) } },
      {
        status: 'failed',
        error_message: 'The release failed',
        release: { id: expect.any(String) },
      },
    ]);
    const good = await heroku.call('GET', '/apps/good');
    expect(await (await request(good.body.web_url)).body.text()).toBe('green');
    expect((await heroku.call('GET', '/apps/bad/releases/2')).body.current).toBe(true);
  });
});

describe('the formation', () => {
  test('boots and stops dynos', async () => {
    const worker = 'echo working; exec sleep 100';
    await releaseServer('"one"', { web, worker });
    const scale = async (type: string, quantity: number) => {
      await heroku.call('PATCH', '/apps/example/formation', { updates: [{ type, quantity }] });
      await expect
        .poll(
          async () =>
            (await dynos())
              .map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)
              .sort()
              .join(),
          { timeout: 30_000 },
        )
        .toContain(quantity ? `${type}.1 up` : '');
    };
    await scale('worker', 1);
    expect(await containers()).toHaveLength(2);
    await scale('web', 0);
    await expect.poll(containers, { timeout: 30_000 }).toHaveLength(1);
    await releaseServer('"two"', { web, worker });
    expect(await dynos()).toMatchObject([{ name: 'worker.1', state: 'up' }]);
    expect(await logs()).toContain('app[worker.1]: working');
  });
});

describe('the server', () => {
  test('need not run for its dynos to answer, and finds them again', async () => {
    await releaseServer('"one"');
    await heroku.stop();
    expect(await page()).toBe('one');
    await heroku.start({ runImages: runImage() });
    expect(await dynos()).toMatchObject([{ name: 'web.1', state: 'up' }]);
    expect(await logs()).toContain('listening on');
    await releaseServer('"two"');
    expect(await page()).toBe('two');
  });

  test('that is stopped in the middle of a boot leaves nothing starting', async () => {
    const slug = await upload({}, { web: 'sleep 100' });
    const { body } = await heroku.call('POST', '/apps/example/releases', { slug: slug.id });
    await expect.poll(dynos, { timeout: 30_000 }).toMatchObject([{ state: 'starting' }]);
    await heroku.stop();
    await heroku.start({ runImages: runImage() });
    expect(await dynos()).toMatchObject([{ state: 'crashed' }]);
    expect(['failed', 'succeeded']).toContain(
      (await heroku.call('GET', `/apps/example/releases/${body.id}`)).body.status,
    );
  });

  test('notices that a dyno has ended since', async () => {
    await releaseServer('exit');
    await expect(page()).rejects.toThrow();
    await expect.poll(dynos).toMatchObject([{ state: 'crashed' }]);
  });
});

describe('what the command line does', () => {
  test('lists, makes, stops and removes apps', async () => {
    await releaseServer('"one"');
    await ensureLocalApp(heroku.server, 'example');
    await ensureLocalApp(heroku.server, 'second', 'heroku-22');
    expect(await listLocalApps(heroku.server)).toMatchObject([
      {
        name: 'example',
        stack: 'heroku-24',
        webUrl,
        release: { version: 2, status: 'succeeded' },
        dynos: [{ name: 'web.1', state: 'up' }],
      },
      { name: 'second', stack: 'heroku-22', release: { version: 1 }, dynos: [] },
    ]);
    await stopLocalDynos(heroku.server, 'example');
    await expect(page()).rejects.toThrow();
    expect(await dynos()).toEqual([]);
    expect(await containers()).toEqual([]);
    await releaseServer('"two"');
    expect(await page()).toBe('two');
    await destroyLocalApp(heroku.server, 'example');
    expect(await containers()).toEqual([]);
    expect(await readdir(join(heroku.folder, 'slugs'))).toEqual([]);
    await expect(destroyLocalApp(heroku.server, 'example')).rejects.toThrow(
      "Couldn't find that app.",
    );
  });

  test('removes all there is, even where the state is damaged', async () => {
    await releaseServer('"one"');
    await expect(destroyLocalHeroku(heroku.folder)).rejects.toThrow('is being served');
    await heroku.stop();
    await writeFile(join(heroku.folder, 'state.json'), 'damaged');
    await rm(slugPath);
    await destroyLocalHeroku(heroku.folder);
    await expect(page()).rejects.toThrow();
    await expect(readdir(heroku.folder)).rejects.toThrow('ENOENT');
  });
});
