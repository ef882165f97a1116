/**
 * Measures how long a slug takes, against the original plugin's method and the limits: `npm run
 * bench`. Everything is run in turns, several times, and the middle is shown, since a machine's
 * speed changes while it is measured. Needs Linux, a Docker engine and pigz; STACK_IMAGE names the
 * image that the tree stands on.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { measure, median } from './measure.ts';
import { copyOnly, type Method, original, ours, pigz } from './methods.ts';
import { treeImages } from './tree.ts';

const rounds = Number(process.env['ROUNDS'] ?? 3);

/** Other levels than the default, for the choice of it. */
const otherLevels = [1, 2, 3, 4, 6, 7, 9];

interface Run {
  /** Seconds. */
  readonly wall: number;
  /** How many times faster than the original in the same round. */
  readonly times: number;
  /** Seconds of all cores. */
  readonly cpu: number;
  /** Cores that were busy in the last quarter of the time. */
  readonly busyAtEnd: number;
  /** Of the slug, in bytes; 0 where there is none. */
  readonly size: number;
  /** Peak of our own process, in bytes; 0 where it is not ours. */
  readonly memory: number;
}

async function runOnce(method: Method, image: string, folder: string): Promise<Run> {
  const path = join(folder, 'slug.tgz');
  const { result, ...times } = await measure(() => method.make(image, path));
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  await rm(path, { force: true });
  return { ...times, times: 1, size, memory: result ?? 0 };
}

/** All methods in turn, `rounds` times, the original first; the middle of each figure. */
async function compare(methods: readonly Method[], image: string, folder: string): Promise<Run[]> {
  const runs: Run[][] = methods.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, method] of methods.entries()) {
      const run = await runOnce(method, image, folder);
      const times = (runs[0]?.[round]?.wall ?? run.wall) / run.wall;
      runs[index]?.push({ ...run, times });
    }
  }
  return runs.map(middle);
}

function middle(runs: readonly Run[]): Run {
  const of = (figure: keyof Run) => median(runs.map((run) => run[figure]));
  return {
    wall: of('wall'),
    times: of('times'),
    cpu: of('cpu'),
    busyAtEnd: of('busyAtEnd'),
    size: of('size'),
    memory: of('memory'),
  };
}

const columns = ['wall s', 'times', 'cpu s', 'cores', 'at end', 'MB', 'size', 'peak MB'];

function printTable(names: readonly string[], runs: readonly Run[]): void {
  const width = Math.max(...names.map(({ length }) => length));
  print(`\n${''.padEnd(width)}${columns.map((column) => column.padStart(9)).join('')}`);
  for (const [index, run] of runs.entries()) {
    const figures = figuresOf(run, runs[0] as Run).map((figure) => figure.padStart(9));
    print(`${(names[index] ?? '').padEnd(width)}${figures.join('')}`);
  }
}

function figuresOf(run: Run, original: Run): string[] {
  const megabytes = (bytes: number) => (bytes === 0 ? '-' : (bytes / 1e6).toFixed(1));
  return [
    run.wall.toFixed(2),
    `${run.times.toFixed(2)}x`,
    run.cpu.toFixed(1),
    (run.cpu / run.wall).toFixed(2),
    run.busyAtEnd.toFixed(2),
    megabytes(run.size),
    run.size === 0 ? '-' : `${((run.size / original.size) * 100).toFixed(1)}%`,
    megabytes(run.memory),
  ];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

execFileSync('pigz', ['--version']); // Fails here rather than in the middle.
const images = await treeImages(process.env['STACK_IMAGE'] ?? 'heroku/heroku:24-build');
const folder = await mkdtemp(join(tmpdir(), 'heroku-docker-bench-'));
try {
  const engine = String(execFileSync('docker', ['version', '--format', '{{.Server.Version}}']));
  const load = loadavg()[0]?.toFixed(1);
  print(`${availableParallelism()} cores, load ${load}, node ${process.version}, Docker ${engine}`);
  await runOnce(copyOnly, images.once, folder); // The files into the system's cache.

  const methods = [original, pigz, copyOnly, ours(), ...otherLevels.map((level) => ours(level))];
  const runs = await compare(methods, images.once, folder);
  print(`The middle of ${rounds} rounds, from image to slug, all else removed again:`);
  printTable(
    methods.map(({ name }) => name),
    runs,
  );

  const large = await runOnce(ours(), images.thrice, folder);
  print(
    `\nThree times the tree: peak ${(large.memory / 1e6).toFixed(1)} MB, ${large.wall.toFixed(1)} s`,
  );
} finally {
  await rm(folder, { recursive: true });
}
