import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeContainer } from '../../src/docker/container.ts';
import { bootDyno, type Dyno, type DynoOptions } from '../../src/dyno/dyno.ts';
import { DeployError } from '../../src/errors.ts';
import { containersWith, runImage } from './engine.ts';
import { makeSlug, perlServer, type SlugFiles } from './slug.ts';

const testTimeout = 60_000;
const label = `heroku-docker-release.test=${randomUUID()}`;
let folder: string;
let slugPath: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dyno-'));
  slugPath = join(folder, 'slug.tgz');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  await Promise.all(containersWith(label).map(removeContainer));
});

async function boot(files: SlugFiles, options: Partial<DynoOptions> = {}): Promise<Dyno> {
  await makeSlug(slugPath, files);
  const [key = '', value = ''] = label.split('=');
  return bootDyno({
    slugPath,
    runImage: runImage(),
    processType: 'worker',
    command: 'true',
    configVars: {},
    name: 'worker.1',
    labels: { [key]: value },
    signal: AbortSignal.timeout(testTimeout),
    ...options,
  });
}

function bootWeb(files: SlugFiles, options: Partial<DynoOptions> = {}): Promise<Dyno> {
  return boot(files, { processType: 'web', name: 'web.1', publish: 0, ...options });
}

/** Runs a command to its end in a dyno and returns its lines. */
async function output(command: string, files: SlugFiles = {}, options: Partial<DynoOptions> = {}) {
  const dyno = await boot(files, { command, ...options });
  await dyno.waitUntilExit();
  return (await dyno.logs()).map(({ text }) => text);
}

describe('the process of a dyno', { timeout: testTimeout }, () => {
  test('is the platform’s user, in /app, which is its own to write', async () => {
    const lines = await output(
      'id -u; id -g; pwd; echo "$HOME $PWD"; touch new lib/new && stat -c %U:%G . lib lib/code.rb new',
      { 'lib/code.rb': 'code' },
    );
    const owners = Array(4).fill('heroku:heroku');
    expect(lines).toEqual(['1000', '1000', '/app', '/app /app', ...owners]);
  });

  test('has PORT if it is web, DYNO always, and its ending is known', async () => {
    expect(await output('echo "$DYNO $(printenv PORT || echo none)"')).toEqual(['worker.1 none']);
    const web = await bootWeb({}, { command: 'echo "$DYNO $PORT"; exit 7' });
    expect(await web.waitUntilExit()).toBe(7);
    expect((await web.logs())[0]?.text).toMatch(/^web\.1 \d{5}$/);
  });

  test('is in the shell that sourced .profile.d and then .profile, after the config vars', async () => {
    const files = {
      '.profile.d/10-first.sh':
        'order="$order first:$GREETING"; [ "$LANGUAGE" ] || export LANGUAGE=slug',
      '.profile.d/20-second.sh': 'order="$order second"; shopt -s nullglob; cd lib',
      '.profile.d/not-a-script.txt': 'order="$order never"',
      '.profile': 'order="$order profile"; greet() { echo "$1!"; }',
      'lib/code.rb': '',
    };
    const configVars = { GREETING: 'hello', LANGUAGE: 'config' };
    expect(
      await output('echo $order; echo $LANGUAGE; greet $GREETING; pwd; echo none*', files, {
        configVars,
      }),
    ).toEqual([' first:hello second profile'.trim(), 'config', 'hello!', '/app/lib', '']);
  });

  test('gets config vars whatever they hold, without the Docker client heeding them', async () => {
    const configVars = {
      MULTILINE: 'one\ntwo $HOME `id` "quoted"\n',
      EMPTY: '',
      DOCKER_HOST: 'tcp://nowhere.invalid:1',
      DOCKER_CONFIG: '/nowhere',
      HOME: '/tmp',
      PORT: '1',
      carried: 'kept',
    };
    const lines = await output(
      'echo "$MULTILINE"; echo "[$EMPTY] $DOCKER_HOST $HOME $carried"; env | grep -c HEROKU_DOCKER',
      {},
      { configVars },
    );
    expect(lines).toEqual([
      'one',
      'two $HOME `id` "quoted"',
      '',
      '[] tcp://nowhere.invalid:1 /app kept',
      '0',
    ]);
    expect(
      await output('echo $PATH', {}, { configVars: { PATH: '/app/bin:/usr/bin:/bin' } }),
    ).toEqual(['/app/bin:/usr/bin:/bin']);
  });

  test('runs a command that needs a shell, and fails in words where it is not there', async () => {
    expect(
      await output('cd lib && for f in *; do echo "$f"; done | sort -r \\', {
        'lib/a': '',
        'lib/b': '',
      }),
    ).toEqual(['b', 'a']);
    expect((await output('no-such-program')).join()).toContain(
      'no-such-program: command not found',
    );
  });
});

describe('a web dyno', { timeout: testTimeout }, () => {
  test('answers under its URL once it listens, and is gone when it is stopped', async () => {
    const dyno = await bootWeb(
      { 'server.pl': perlServer('"port $ENV{PORT}"') },
      { command: 'sleep 1; exec perl server.pl $PORT' },
    );
    await dyno.waitUntilListening();
    expect(dyno.url).toBe(`http://127.0.0.1:${dyno.port}/`);
    expect(await (await fetch(dyno.url ?? '')).text()).toMatch(/^port \d{5}$/);
    expect((await dyno.logs()).at(-1)?.text).toMatch(/^listening on \d{5}$/);
    await dyno.stop();
    expect(containersWith(label)).toEqual([]);
    await expect(fetch(dyno.url ?? '')).rejects.toThrow();
  });

  test.each(['perl server.pl $PORT', 'exec perl server.pl $PORT', 'perl server.pl $PORT & wait'])(
    'ends at once when told to: %s',
    async (command) => {
      const dyno = await bootWeb({ 'server.pl': perlServer('"x"') }, { command });
      await dyno.waitUntilListening();
      const start = Date.now();
      await dyno.stop();
      expect(Date.now() - start).toBeLessThan(10_000);
    },
  );

  test('that crashes is told apart, with its exit code and last lines', async () => {
    const dyno = await bootWeb({}, { command: 'echo starting; echo "no database" >&2; exit 3' });
    const failure = dyno.waitUntilListening();
    await expect(failure).rejects.toThrow(DeployError);
    await expect(failure).rejects.toThrow(
      /web\.1 crashed before it listened on \$PORT \(exit code 3\):\nstarting\nno database/,
    );
    expect(await dyno.waitUntilExit()).toBe(3);
  });

  test('that never listens runs out of time, and hears where it listens instead', async () => {
    const files = { 'server.pl': perlServer('"x"') };
    const silent = await bootWeb(files, { command: 'sleep 60' });
    await expect(silent.waitUntilListening(1)).rejects.toThrow(
      'did not listen on $PORT within 1 seconds; it wrote nothing',
    );
    const elsewhere = await bootWeb(files, { command: 'perl server.pl 3000' });
    await expect(elsewhere.waitUntilListening(2)).rejects.toMatchObject({
      remedy: expect.stringContaining('It listens on 3000 instead.'),
    });
    const loopback = await bootWeb(files, { command: 'ADDRESS=127.0.0.1 perl server.pl $PORT' });
    await expect(loopback.waitUntilListening(2)).rejects.toMatchObject({
      remedy: expect.stringMatching(/It listens on localhost:\d{5} instead\./),
    });
  });
});

describe('a boot that fails', { timeout: testTimeout }, () => {
  test.each([
    ['no gzip', 'not gzip at all', /cannot be unpacked into a dyno: incorrect header check/],
    ['missing', undefined, /ENOENT/],
  ])('leaves no container: slug is %s', async (_, text, message) => {
    const broken = join(folder, 'broken.tgz');
    if (text !== undefined) await writeFile(broken, text);
    await expect(boot({}, { slugPath: broken })).rejects.toThrow(message);
    expect(containersWith(label)).toEqual([]);
  });

  test('leaves no container: no such image, or cancelled', async () => {
    await expect(boot({}, { runImage: 'no-such-image:1' })).rejects.toThrow('No such image');
    await expect(boot({}, { signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow(
      'cancelled',
    );
    const soon = new AbortController();
    setTimeout(() => soon.abort(new Error('cancelled')), 100);
    await expect(boot({}, { signal: soon.signal })).rejects.toThrow('cancelled');
    expect(containersWith(label)).toEqual([]);
  });

  test('a port that is taken is named, and no container left', async () => {
    const first = await bootWeb({}, { command: 'sleep 60' });
    await expect(bootWeb({}, { publish: first.port ?? 0 })).rejects.toThrow(
      /port is already allocated|address already in use/,
    );
    expect(containersWith(label)).toEqual([first.container]);
  });
});
