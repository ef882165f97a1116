/**
 * Measures what a first build of each example takes, and one after a change of its source alone:
 * `npm run bench:languages [NAME...]`. Both are from the app's folder to slug.tgz, with the real
 * command line of dist/. The first begins with nothing but the stack images: no layer and no cache
 * mount, for which a second Docker engine is started, so that what the one at hand has cached stays.
 * STACK_IMAGE, RUN_IMAGE and what names a mirror, such as NODE_MIRROR, are heeded as in the tests.
 * Needs what script/machine/second-engine needs: Linux, root and dockerd.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSecondEngine } from '../script/machine/second-engine.ts';
import { platforms } from '../src/platforms/index.ts';
import { measure } from './measure.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const stackImage = process.env['STACK_IMAGE'] ?? 'heroku/heroku:24-build';
const runImage = process.env['RUN_IMAGE'] ?? 'heroku/heroku:24';

/** What one build took, and made. */
interface Build {
  /** Seconds. */
  readonly wall: number;
  /** Of the slug, in bytes. */
  readonly size: number;
}

interface Row {
  readonly name: string;
  readonly first: Build;
  /** After a change of the source. */
  readonly again: Build;
}

/** Every page says so; where it does not any more, the source has changed. */
const words = 'It runs';

async function compare(name: string, folder: string): Promise<Row> {
  await cp(join(root, 'examples', name), folder, { recursive: true });
  await heroku('init', '--working-directory', folder);
  await docker('builder', 'prune', '--all', '--force');
  const first = await build(folder);
  changeSource(folder);
  return { name, first, again: await build(folder) };
}

/** What cannot be built on this machine (packages out of reach, say) does not keep the others back. */
async function compareAndPrint(name: string): Promise<void> {
  try {
    const { first, again } = await compare(name, join(folder, name));
    const part = `${((again.wall / first.wall) * 100).toFixed(0)}%`;
    const size = (first.size / 1e6).toFixed(1);
    printRow([name, first.wall.toFixed(1), again.wall.toFixed(1), part, size]);
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    print(`${name} does not build here:\n${(stderr ?? String(error)).slice(-500)}`);
    process.exitCode = 1;
  }
}

async function build(folder: string): Promise<Build> {
  const images = ['--stack-image', stackImage, '--run-image', runImage];
  const slug = ['--slug-path', `${folder}.tgz`];
  const { result, wall } = await measure(() =>
    heroku('build', '--working-directory', folder, ...images, ...slug, ...buildArguments(folder)),
  );
  return { wall, size: Number(/^slug-size=(\d+)$/m.exec(result)?.[1]) };
}

/** The build arguments of the Dockerfile that the environment has a value for. */
function buildArguments(folder: string): string[] {
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  return [...dockerfile.matchAll(/^ARG (\w+_(?:MIRROR|VERSION|SHA256|SHA512))/gm)].flatMap(
    ([, name = '']) => (process.env[name] ? ['--build-args', `${name}=${process.env[name]}`] : []),
  );
}

function changeSource(folder: string): void {
  const file = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .find((path) => readFileSync(path, 'utf8').includes(words));
  if (file === undefined) throw new Error(`no file in ${folder} has the words "${words}"`);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(words, 'It still runs'));
}

async function heroku(...args: readonly string[]): Promise<string> {
  const options = { env: environment, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(
    process.execPath,
    [join(root, 'dist/cli/index.js'), ...args],
    options,
  );
  return stdout;
}

async function docker(...args: readonly string[]): Promise<void> {
  await run('docker', args, { env: environment });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function printRow(cells: readonly string[]): void {
  const [name = '', ...figures] = cells;
  print(`${name.padEnd(12)}${figures.map((figure) => figure.padStart(10)).join('')}`);
}

const asked = process.argv.slice(2);
const names = platforms
  .map(({ name }) => name)
  .filter((name) => existsSync(join(root, 'examples', name)))
  .filter((name) => asked.length === 0 || asked.includes(name));
const engine = await startSecondEngine('overlay2');
const environment = { ...process.env, DOCKER_HOST: engine.host };
const folder = await mkdtemp(join(tmpdir(), 'heroku-docker-bench-'));
try {
  const load = loadavg()[0]?.toFixed(1);
  print(`${availableParallelism()} cores, load ${load}, node ${process.version}`);
  print(
    'From an example to its slug, first with nothing cached, then with a change of its source:\n',
  );
  printRow(['', 'first s', 'again s', 'again', 'slug MB']);
  for (const name of names) await compareAndPrint(name);
} finally {
  await rm(folder, { recursive: true, force: true });
  await engine.stop();
}
