/**
 * Measures how long `start` takes to a page that answers, where nothing has changed since the last
 * time: `npm run bench:start`. Against it are what the original plugin did, and the app's own boot,
 * which nothing can be faster than. All take turns, and the middle of several rounds is shown. It
 * runs dist/, and needs a Docker engine; STACK_IMAGE and NODE_MIRROR are heeded as in the tests.
 * The images that it makes are removed; the engine's build cache stays.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { measure, median } from './measure.ts';

const rounds = Number(process.env['ROUNDS'] ?? 5);
const run = promisify(execFile);

const root = join(import.meta.dirname, '..');
const stackImage = process.env['STACK_IMAGE'] ?? 'heroku/heroku:24-build';
const buildArguments = ['NODE_MIRROR', 'NODE_VERSION', 'NODE_SHA256'].flatMap((name) =>
  process.env[name] ? [`${name}=${process.env[name]}`] : [],
);

/** A page that is to answer, and the container behind it. */
interface Started {
  readonly url: string;
  readonly container: string;
}

/** A way to get from the app's folder to a page. */
interface Method {
  readonly name: string;
  readonly start: (folder: string) => Promise<Started>;
}

const image = 'heroku-docker-bench-start';

const original: Method = {
  name: 'docker build, docker build, docker run (the original)',
  start: async (folder) => {
    const args = [`STACK_IMAGE=${stackImage}`, ...buildArguments];
    const options = args.flatMap((argument) => ['--build-arg', argument]);
    await docker('build', '--quiet', '--tag', `${image}-base`, ...options, folder);
    await writeFile(join(folder, 'Dockerfile.start'), `FROM ${image}-base\n`);
    const file = join(folder, 'Dockerfile.start');
    await docker('build', '--quiet', '--tag', image, '--file', file, folder);
    return runImage();
  },
};

const bootAlone: Method = { name: 'docker run (the limit: the app’s own boot)', start: runImage };

const namesBefore = (await docker('image', 'ls', '--format', '{{.Repository}}')).split('\n');
/** Names of the images that are here because of this benchmark. */
const made = new Set([image, `${image}-base`]);

const ours: Method = {
  name: 'heroku-docker start',
  start: async (folder) => {
    const options = buildArguments.flatMap((argument) => ['--build-args', argument]);
    const results = await heroku('start', '--detach', ...options, '--working-directory', folder);
    const output = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(results)?.[1] ?? '';
    const base = output('base-image');
    for (const name of [`${base}-app`, base]) if (!namesBefore.includes(name)) made.add(name);
    return { url: output('url'), container: output('container-id') };
  },
};

async function runImage(): Promise<Started> {
  const container = await docker(
    ...['run', '--detach', '--env', 'PORT=3000', '--publish', '127.0.0.1:0:3000'],
    ...['--entrypoint', 'sh', image, '-c', 'npm start'],
  );
  try {
    return { url: `http://${await docker('port', container, '3000')}/`, container };
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
}

async function removeContainer(container: string): Promise<void> {
  await docker('rm', '--force', '--volumes', container);
}

async function docker(...args: readonly string[]): Promise<string> {
  return (await run('docker', args)).stdout.trim();
}

async function heroku(verb: string, ...args: readonly string[]): Promise<string> {
  const bundle = join(root, 'dist/cli/index.js');
  const all = [bundle, verb, ...args, ...(verb === 'start' ? ['--stack-image', stackImage] : [])];
  return (await run(process.execPath, all)).stdout;
}

/** Seconds to the page, and of all cores meanwhile. */
async function runOnce({ start }: Method, folder: string): Promise<{ wall: number; cpu: number }> {
  let container: string | undefined;
  try {
    const { wall, cpu } = await measure(async () => {
      const started = await start(folder);
      container = started.container;
      await waitForPage(started.url);
    });
    return { wall, cpu };
  } finally {
    if (container !== undefined) await removeContainer(container);
  }
}

async function waitForPage(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) throw new Error(`${url} does not answer`);
    await delay(10);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'heroku-docker-bench-'));
try {
  await cp(join(root, 'examples/node'), folder, { recursive: true });
  await heroku('init', '--working-directory', folder);
  const methods = [original, bootAlone, ours];
  for (const method of methods) await runOnce(method, folder); // Builds what is to be there.

  const runs = new Map(methods.map((method) => [method, [] as { wall: number; cpu: number }[]]));
  for (let round = 0; round < rounds; round++) {
    for (const method of methods) runs.get(method)?.push(await runOnce(method, folder));
  }
  const middle = (method: Method, figure: 'wall' | 'cpu') =>
    median((runs.get(method) ?? []).map((one) => one[figure]));

  const load = loadavg()[0]?.toFixed(1);
  print(`${availableParallelism()} cores, load ${load}, node ${process.version}`);
  print(`The middle of ${rounds} rounds, to a page that answers, nothing changed:`);
  const width = Math.max(...methods.map(({ name }) => name.length));
  print(`\n${''.padEnd(width)}   wall s  beyond boot   cpu s`);
  for (const method of methods) {
    const beyond = middle(method, 'wall') - middle(bootAlone, 'wall');
    const [wall, cpu] = [middle(method, 'wall'), middle(method, 'cpu')];
    print(
      `${method.name.padEnd(width)}${wall.toFixed(2).padStart(9)}${beyond.toFixed(2).padStart(13)}${cpu.toFixed(1).padStart(8)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
  await docker('image', 'rm', '--force', ...made); // Not an error where one is not there.
}
