/**
 * Measures what a smoke test adds to a release, against the least that it takes to have the same
 * slug running in a container: `npm run bench:smoke-test`. Both in turns, several times, and the
 * middle is shown. Needs Linux and a Docker engine; STACK_IMAGE and RUN_IMAGE name the images.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openArchive } from '../src/docker/archive.ts';
import { withContainer } from '../src/docker/container.ts';
import { connectEngine } from '../src/docker/engine.ts';
import { parseStack } from '../src/heroku/stack.ts';
import type { Reporter } from '../src/reporter.ts';
import { readSettings } from '../src/settings/settings.ts';
import { createSlug, type Slug } from '../src/slug/create-slug.ts';
import type { Context } from '../src/verbs/context.ts';
import { Report } from '../src/verbs/report.ts';
import { ensureRunImage } from '../src/verbs/steps/run-image.ts';
import {
  afterSmokeTest,
  prepareSmokeTest,
  type SlugUnderTest,
} from '../src/verbs/steps/smoke-test.ts';
import { median } from './measure.ts';
import { treeImages } from './tree.ts';

const run = promisify(execFile);
const rounds = Number(process.env['ROUNDS'] ?? 5);
const stackImage = process.env['STACK_IMAGE'] ?? 'heroku/heroku:24-build';
const runImage = process.env['RUN_IMAGE'] ?? 'heroku/heroku:24';
const { signal } = new AbortController();

/** The tree's own Node.js, with a server that listens as soon as that is up. */
const command = `exec /app/heroku/node/bin/node -e 'require("http").createServer().listen(process.env.PORT)'`;

const silent: Reporter = {
  phase: (_title, work) => work(),
  info: () => {},
  warning: () => {},
  output: () => {},
  progress: () => {},
  secret: () => {},
};

/** Seconds of a round, each from its beginning. */
interface Round {
  /** Until `docker start` has returned, without a smoke test. */
  readonly plain: number;
  /** Until the smoke test lets the release begin. */
  readonly proved: number;
  /** Until its dyno is removed, which a release does not wait for. */
  readonly removed: number;
}

async function makeSlug(path: string): Promise<Slug> {
  const engine = await connectEngine();
  const { once: image } = await treeImages(stackImage);
  return withContainer({ image, command: ['never-run'] }, async (container) =>
    createSlug({
      archive: openArchive({ engine, container, path: '/app', signal }),
      exclude: [],
      appended: [],
      modified: 1_700_000_000,
      path,
      signal,
    }),
  );
}

/** The same without a word of this program's: no owner is set, no port awaited. */
async function bootPlainly(slug: Slug): Promise<number> {
  const name = `heroku-docker-bench-${randomUUID()}`;
  const start = performance.now();
  try {
    await run('docker', ['create', '--name', name, runImage, 'bash', '-c', command]);
    await run('bash', [
      '-o',
      'pipefail',
      '-c',
      `gunzip < "$0" | docker cp - "$1:/"`,
      slug.path,
      name,
    ]);
    await run('docker', ['start', name]);
    return secondsSince(start);
  } finally {
    await run('docker', ['rm', '--force', name]);
  }
}

async function prove(context: Context, candidate: SlugUnderTest): Promise<Omit<Round, 'plain'>> {
  const start = performance.now();
  const proved = await afterSmokeTest(context, candidate, async () => secondsSince(start));
  return { proved, removed: secondsSince(start) };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function print(what: string, seconds: readonly number[]): void {
  const range = `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;
  process.stdout.write(`${what.padEnd(64)}${median(seconds).toFixed(2)} s (${range})\n`);
}

const folder = await mkdtemp(join(tmpdir(), 'heroku-docker-bench-'));
try {
  const given: Record<string, string> = { 'smoke-test': 'true', 'run-image': runImage };
  const settings = readSettings((name) => given[name] ?? '', {});
  const context: Context = {
    settings,
    reporter: silent,
    report: new Report(),
    signal,
    environment: {},
  };
  const slug = await makeSlug(join(folder, 'slug.tgz'));
  const ownImage = ensureRunImage(context, parseStack('heroku-24'));
  const smokeTest = await prepareSmokeTest(context, ownImage, undefined);
  const candidate: SlugUnderTest = { slug, processTypes: { web: command }, smokeTest };

  const measured: Round[] = [];
  await bootPlainly(slug); // The files into the system's cache.
  for (let round = 0; round < rounds; round++) {
    measured.push({ plain: await bootPlainly(slug), ...(await prove(context, candidate)) });
  }
  process.stdout.write(
    `${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, slug ${(slug.sizeBytes / 1e6).toFixed(0)} MB of ${slug.files} files, ${rounds} rounds:\n`,
  );
  print(
    'docker create, gunzip | docker cp, docker start',
    measured.map(({ plain }) => plain),
  );
  print(
    'smoke test, until the release goes on',
    measured.map(({ proved }) => proved),
  );
  print(
    'the difference',
    measured.map(({ plain, proved }) => proved - plain),
  );
  print(
    'its dyno removed, meanwhile',
    measured.map(({ proved, removed }) => removed - proved),
  );
} finally {
  await rm(folder, { recursive: true });
}
