import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openArchive } from '../../src/docker/archive.ts';
import { removeContainer, withContainer } from '../../src/docker/container.ts';
import { connectEngine, type Engine } from '../../src/docker/engine.ts';
import { DeployError } from '../../src/errors.ts';
import { createSlug } from '../../src/slug/create-slug.ts';
import { TarReader } from '../../src/tar/reader.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker } from '../support/machine.ts';
import { list, pack } from '../tar/gnu-tar.ts';
import { inBytes, snapshot, type TreeNode, writeTree } from '../tar/tree.ts';

let local: Engine;
beforeAll(async () => {
  local = await connectEngine();
});
afterEach(() => void vi.unstubAllEnvs());

const neverAborted = new AbortController().signal;
const overTheSocket = 'over the socket';
const throughDockerCp = 'through docker cp';

/** Opens `/app` of a container over the engine's socket, or through its client. */
function open(way: string, container: string, signal = neverAborted) {
  const socketPath = way === overTheSocket ? local.socketPath : undefined;
  return openArchive({ engine: { socketPath }, container, path: '/app', signal });
}

async function read(archive: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Builds an image out of nothing, with what is in a folder, and removes it after the test. */
function build(folder: string): string {
  const context = temporaryFolder({ Dockerfile: 'FROM scratch\nADD image.tar /\n' });
  execFileSync('tar', ['-C', folder, '-cf', join(context, 'image.tar'), '.']);
  const tag = `heroku-docker-test-${randomUUID()}`;
  onTestFinished(() => void docker('image', 'rm', '--force', tag));
  docker('build', '--quiet', '--platform', 'linux/amd64', '--tag', tag, context);
  return tag;
}

/** An image with an app that takes a while to read, and is removed after the test. */
function largeApp(megabytes: number): string {
  const folder = temporaryFolder({ 'app/large': '' });
  truncateSync(join(folder, 'app/large'), megabytes * 1e6);
  const image = execFileSync('docker', ['import', '--platform', 'linux/amd64', '-'], {
    input: pack(folder, 'pax', 'app'),
    encoding: 'utf8',
  }).trim();
  onTestFinished(() => void docker('image', 'rm', '--force', image));
  return image;
}

function inContainer<Result>(image: string, work: (name: string) => Promise<Result>) {
  return withContainer({ image, command: ['never-run'] }, work);
}

/** Processes of Docker clients that copy out of a container. */
function clientsOf(container: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine)
    .filter((command) => command.includes(`${container}:/app`));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return ''; // It has ended since.
  }
}

describe('an app that was built from a Dockerfile', () => {
  const common = { modified: 1_600_000_000 };
  const file = (name: string, mode = 0o644): TreeNode => ({
    kind: 'file',
    name: inBytes(name),
    mode,
    content: { size: name.length, seed: 1, compressible: true },
    ...common,
  });
  const nodes: readonly TreeNode[] = [
    file('Procfile'),
    file('run', 0o4755),
    file('f'.repeat(101)),
    file('ü'.repeat(120)),
    file('日本\n語 e\u0301'),
    file('-rf \\ "x" *'),
    {
      kind: 'folder',
      name: 'd'.repeat(200),
      mode: 0o1777,
      children: [{ kind: 'folder', name: 'e'.repeat(200), mode: 0, children: [], ...common }],
      ...common,
    },
    { kind: 'symbolic link', name: 'dangling', target: 'nowhere/'.repeat(40), ...common },
    { kind: 'symbolic link', name: 'absolute', target: inBytes('/app/日本\n語'), ...common },
    { kind: 'hard link', name: 'hard', to: 1, ...common },
    { kind: 'hard link', name: 'h'.repeat(150), to: 3, ...common },
  ];

  test('is read the same over the socket and through docker cp, as it was built', async () => {
    const folder = temporaryFolder();
    writeTree(join(folder, 'app'), nodes, common.modified);
    await inContainer(build(folder), async (container) => {
      const archives = [
        await read(await open(overTheSocket, container)),
        await read(await open(throughDockerCp, container)),
      ] as const;
      expect(list(archives[1])).toEqual(list(archives[0]));
      archives.forEach((input, index) => {
        const unpacked = join(folder, String(index));
        mkdirSync(unpacked);
        execFileSync('tar', ['-xpf', '-', '-C', unpacked], { input });
        expect(snapshot(join(unpacked, 'app'))).toEqual(snapshot(join(folder, 'app')));
      });
    });
  });
});

describe.each([overTheSocket, throughDockerCp])('reading an app %s', (way) => {
  test('gives all of it or an error where its container is removed meanwhile', async () => {
    const image = largeApp(40);
    await inContainer(image, async (container) => {
      const reader = new TarReader(() => undefined);
      let removing: Promise<unknown> | undefined;
      const reading = (async () => {
        for await (const piece of await open(way, container)) {
          reader.push(piece);
          removing ??= removeContainer(container);
          await wait(1);
        }
        reader.end();
        return 'whole';
      })();
      const outcome = await reading.catch((error: unknown) => error);
      if (outcome !== 'whole') expect(outcome).toBeInstanceOf(DeployError);
      await removing;
    });
  });

  test('ends at once when the run is cancelled, with its reason and no process left', async () => {
    await inContainer(largeApp(40), async (container) => {
      const controller = new AbortController();
      const reason = new DeployError('The run was cancelled.', 'Run it again.');
      let cancelled = 0;
      const reading = (async () => {
        for await (const _ of await open(way, container, controller.signal)) {
          cancelled ||= performance.now();
          controller.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      expect(performance.now() - cancelled).toBeLessThan(5_000);
      await expect.poll(() => clientsOf(container), { timeout: 5_000 }).toEqual([]);
    });
  });

  test('leaves no process where what comes is of no use', async () => {
    await inContainer(largeApp(40), async (container) => {
      const reading = (async () => {
        for await (const _ of await open(way, container)) throw new Error('no use');
      })();
      await expect(reading).rejects.toThrow('no use');
      await expect.poll(() => clientsOf(container), { timeout: 5_000 }).toEqual([]);
    });
  });

  test.each([
    ['at once', 0],
    ['in the head of its answer', 60],
    ['in the first header', 700],
    ['in a file', 1_000_000],
    ['near the end', 5_000_900],
  ])('makes no slug where the engine hangs up %s', async (_, after) => {
    const folder = temporaryFolder();
    const path = join(folder, 'slug.tgz');
    await inContainer(largeApp(5), async (container) => {
      const proxy = await hangUpAfter(after);
      if (way === throughDockerCp) vi.stubEnv('DOCKER_HOST', `unix://${proxy}`);
      const making = slugOf(container, path, way === overTheSocket ? proxy : undefined);
      await expect(making.finally(() => vi.unstubAllEnvs())).rejects.toThrow(DeployError);
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  async function slugOf(container: string, path: string, socketPath: string | undefined) {
    const common = { exclude: [], appended: [], modified: 1, signal: neverAborted };
    const options = { engine: { socketPath }, container, path: '/app', signal: neverAborted };
    return createSlug({ archive: await openArchive(options), path, ...common });
  }
});

/** A way to the engine that is cut on each connection once it has answered so many bytes. */
async function hangUpAfter(bytes: number): Promise<string> {
  const path = join(temporaryFolder(), 'proxy.sock');
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect(local.socketPath as string);
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        engine.destroy();
      });
    }
    client.pipe(engine);
    let left = bytes;
    engine.on('data', (answer) => {
      client.write(answer.subarray(0, left));
      left -= answer.length;
      if (left <= 0) client.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return path;
}
