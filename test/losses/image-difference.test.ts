import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectEngine } from '../../src/docker/engine.ts';
import {
  type Comparison,
  compareImages,
  type ImageDifference,
} from '../../src/losses/image-difference.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine } from '../support/machine.ts';

const label = `heroku-docker-release.test=${randomUUID()}`;

/** Builds an image of a Dockerfile's lines and returns its id. */
function image(...lines: string[]): string {
  return execFileSync('docker', ['build', '--quiet', '--label', label, '-'], {
    input: lines.join('\n'),
    encoding: 'utf8',
  }).trim();
}

function idOf(name: string): string {
  return docker('image', 'inspect', '--format', '{{.Id}}', name);
}

let comparison: Omit<Comparison, 'app' | 'stack'>;

beforeAll(async () => {
  comparison = {
    run: idOf(machine.runImage),
    programFolders: ["/app/it's/bin", '/app/none'],
    builder: (await connectEngine()).builder,
    signal: new AbortController().signal,
  };
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => {
  const images = docker('image', 'ls', '--all', '--quiet', '--filter', `label=${label}`);
  if (images !== '') docker('image', 'rm', '--force', ...new Set(images.split('\n')));
});

/** Names that the images of a comparison have while it is under way. */
function namesOf(id: string): string[] {
  return JSON.parse(docker('image', 'inspect', '--format', '{{json .RepoTags}}', id));
}

describe('an app’s image on the stack image', () => {
  let difference: ImageDifference;
  let app: string;

  beforeAll(async () => {
    app = image(
      `FROM ${machine.stackImage}`,
      'USER root',
      `RUN mkdir --parents "/app/it's/bin" /opt/odd /root/.cache \\`,
      ` && touch "/app/it's/bin/own" /app/lib.so /tmp/x /root/.cache/x /var/log/x \\`,
      ` && printf 12345 >"$(printf '/opt/odd/a\\nb \\tc\\351')" \\`,
      ' && ln -s /nowhere /opt/odd/libodd.so.1 \\',
      ' && install --mode=755 /bin/true /usr/local/bin/tool \\',
      ' && rm /usr/bin/make',
      'RUN echo /opt/odd/evil.so >/etc/ld.so.preload',
      'ENV LD_PRELOAD=/opt/odd/evil.so BASH_ENV=/opt/odd/evil.sh',
      'USER heroku',
    );
    difference = await compareImages({ ...comparison, app, stack: idOf(machine.stackImage) });
  });

  test('has what was added outside /app, but for caches', () => {
    expect([...difference.added].sort((one, other) => (one.path < other.path ? -1 : 1))).toEqual([
      { path: '/etc/ld.so.preload', bytes: 17, isExecutable: false },
      { path: '/opt/odd/a\nb \tc\uFFFD', bytes: 5, isExecutable: false },
      { path: '/opt/odd/libodd.so.1', bytes: 8, isExecutable: true },
      { path: '/usr/local/bin/tool', bytes: expect.any(Number), isExecutable: true },
    ]);
  });

  test('has its own libraries and those of its stack, with the packages of these', () => {
    const paths = difference.libraries.map(({ path }) => path);
    expect(paths).toContain('/opt/odd/libodd.so.1');
    expect(paths).not.toContain('/app/lib.so');
    const libc = paths.find((path) => path.endsWith('/libc.so.6'));
    expect(difference.packages.of(`${libc}`)).toBe('libc6');
    expect(difference.packages.withThoseThatNeed('libc6')).toContain('bash');
  });

  test('is held against what a dyno has', () => {
    expect([...difference.commands]).toEqual(expect.arrayContaining(['cd', 'bash', 'own']));
    expect(difference.commands).not.toContain('tool');
    expect(difference.loaderCache).toContain('libc.so.6');
    expect([...difference.runLibraries].some((path) => path.endsWith('/libc.so.6'))).toBe(true);
  });

  test('has no name of ours afterwards', () => {
    expect(namesOf(app)).toEqual([]);
  });
});

test('what an image from nothing has outside /app was added, but for what dynos have too', async () => {
  const app = image(
    `FROM ${machine.stackImage} AS other`,
    'FROM scratch',
    'COPY --from=other /usr/bin/git /usr/bin/true /usr/bin/',
    'COPY --from=other /etc/os-release /app/x',
  );
  const { added, libraries } = await compareImages({ ...comparison, app, stack: comparison.run });
  expect(added.map(({ path }) => path)).toEqual(['/usr/bin/git']);
  expect(libraries).toEqual([]);
});

test('a comparison that is ended leaves no name and no folder', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('RUNNER_TEMP', folder);
  const app = image(`FROM ${machine.stackImage}`, 'USER root', `RUN echo ${randomUUID()} >/x`);
  const run = new AbortController();
  const comparing = compareImages({
    ...comparison,
    app,
    stack: comparison.run,
    signal: run.signal,
  });
  await vi.waitUntil(() => namesOf(app).length > 0, { timeout: 10_000 });
  run.abort(new Error('cancelled'));
  await expect(comparing).rejects.toThrow('cancelled');
  expect(namesOf(app)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a run image without bash is a failure that leaves nothing', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('RUNNER_TEMP', folder);
  const app = image('FROM scratch', 'COPY <<EOF /x', 'x', 'EOF');
  const name = `heroku-docker-release-test:${randomUUID()}`;
  docker('tag', app, name);
  const comparing = compareImages({ ...comparison, app, stack: app, run: app });
  await expect(comparing).rejects.toThrow(/bash/);
  expect(namesOf(app)).toEqual([name]);
  expect(readdirSync(folder)).toEqual([]);
});
