import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openArchive } from '../../src/docker/archive.ts';
import { withContainer } from '../../src/docker/container.ts';
import { connectEngine, type Engine } from '../../src/docker/engine.ts';
import { DeployError } from '../../src/errors.ts';
import { createSlug } from '../../src/slug/create-slug.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker } from '../support/machine.ts';
import { list, pack } from '../tar/gnu-tar.ts';
import { snapshot, tree, withTime, writeTree } from '../tar/tree.ts';

let local: Engine;
beforeAll(async () => {
  local = await connectEngine();
  expect(local.socketPath).toBeDefined();
});

/** The ways to an archive: the engine's own socket, and the Docker client for an engine elsewhere. */
const ways: [string, () => Pick<Engine, 'socketPath'>][] = [
  ['over the socket', () => local],
  ['through docker cp', () => ({ socketPath: undefined })],
];

const neverAborted = new AbortController().signal;

/** Of everything in a slug. */
const slugTime = 1_700_000_000;

/** An image that holds the folder and nothing else, gone when the test is over. */
function imageOf(folder: string): string {
  const image = execFileSync('docker', ['import', '--platform', 'linux/amd64', '-'], {
    input: pack(folder, 'pax', '.'),
    encoding: 'utf8',
  }).trim();
  onTestFinished(() => void docker('image', 'rm', '--force', image));
  return image;
}

function inContainer<Result>(image: string, work: (container: string) => Promise<Result>) {
  return withContainer({ image, command: ['never-run'] }, work);
}

async function read(archive: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

describe.each(ways)('the archive of a container’s folder (%s)', (_, engine) => {
  const open = (container: string, path = '/app', signal = neverAborted) =>
    openArchive({ engine: engine(), container, path, signal });

  test('becomes a slug that unpacks to what the image had in /app, whatever that is', async () => {
    await fc.assert(
      fc.asyncProperty(tree({ name: 255, target: 1000 }), async (nodes) => {
        const root = temporaryFolder();
        const file = { size: 700, seed: 1, compressible: false };
        const always = { kind: 'file', mode: 0o755, modified: 5, content: file } as const;
        mkdirSync(join(root, 'image'));
        writeTree(join(root, 'image', 'app'), [...nodes, { ...always, name: 'Procfile' }], 1e9);
        const path = join(root, 'slug.tgz');
        await inContainer(imageOf(join(root, 'image')), async (container) =>
          createSlug({
            archive: open(container),
            exclude: [],
            appended: [],
            modified: slugTime,
            path,
            signal: neverAborted,
          }),
        );
        execFileSync('tar', ['xzf', path, '-C', root]);
        expect(snapshot(join(root, 'app'))).toEqual(
          withTime(snapshot(join(root, 'image', 'app')), slugTime),
        );
      }),
      { numRuns: 6 },
    );
  });

  test('has names that begin with the folder’s own', async () => {
    const image = imageOf(temporaryFolder({ 'app/a b': 'text', etc: '' }));
    const archive = await inContainer(image, async (container) => read(open(container)));
    expect(list(archive).map(({ name }) => name)).toEqual(['app/', 'app/a b']);
  });

  test('is an error where the folder is missing', async () => {
    const image = imageOf(temporaryFolder({ 'srv/app/a': '' }));
    const reading = inContainer(image, async (container) => read(open(container)));
    await expect(reading).rejects.toMatchObject({
      name: 'DeployError',
      message: '/app is missing in the image.',
      remedy: expect.stringContaining('Dockerfile'),
    });
  });

  test('is an error where the container is missing', async () => {
    const reading = read(open('heroku-docker-no-such'));
    await expect(reading).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/no such container/i),
    });
  });

  test('stops in the middle when the run is cancelled, with the reason', async () => {
    const image = imageOf(temporaryFolder({ 'app/large': 'text'.repeat(5_000_000) }));
    await inContainer(image, async (container) => {
      const controller = new AbortController();
      let pieces = 0;
      const reading = async () => {
        for await (const _piece of open(container, '/app', controller.signal)) {
          pieces += 1;
          controller.abort(new Error('cancelled'));
        }
      };
      await expect(reading()).rejects.toThrow('cancelled');
      expect(pieces).toBeLessThan(10);
    });
  });

  test('is not opened after the run was cancelled', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(read(open('any', '/app', signal))).rejects.toThrow('cancelled');
  });

  test('that nobody reads keeps nothing open', async () => {
    const image = imageOf(temporaryFolder({ 'app/large': 'text'.repeat(5_000_000) }));
    await inContainer(image, async (container) => void open(container));
  });

  test('may be left before its end', async () => {
    const image = imageOf(temporaryFolder({ 'app/large': 'text'.repeat(5_000_000) }));
    await inContainer(image, async (container) => {
      for await (const piece of open(container)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
    });
  });
});

describe('an engine that does not answer as it should', () => {
  /** Where a server listens that does `answer` to whoever connects. */
  async function serve(answer: (socket: Socket) => void): Promise<Pick<Engine, 'socketPath'>> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    });
    const socketPath = join(temporaryFolder(), 'engine.sock');
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { socketPath };
  }

  const open = (engine: Pick<Engine, 'socketPath'>, signal = neverAborted) =>
    openArchive({ engine, container: 'any', path: '/app', signal });
  const ok = 'HTTP/1.0 200 OK\r\nContent-Type: application/x-tar\r\n\r\n';

  function archive(): Buffer {
    return pack(temporaryFolder({ 'app/a': 'text'.repeat(10_000) }), 'pax', 'app');
  }

  test('leaves no slug where it stops in the middle', async () => {
    const half = archive().subarray(0, 20_000);
    const engine = await serve((socket) => {
      socket.write(ok);
      socket.end(half);
    });
    const folder = temporaryFolder();
    const path = join(folder, 'slug.tgz');
    const common = { exclude: [], appended: [], modified: slugTime, path, signal: neverAborted };
    await expect(createSlug({ archive: open(engine), ...common })).rejects.toThrow(DeployError);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is understood however its answer is cut', async () => {
    const whole = archive();
    const engine = await serve(async (socket) => {
      for (const character of ok) {
        socket.write(character);
        await new Promise(setImmediate);
      }
      socket.end(whole);
    });
    expect((await read(open(engine))).equals(whole)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['half a head', ok.slice(0, 20)],
  ])('is an error where it says %s and closes', async (_, text) => {
    const engine = await serve((socket) => socket.end(text));
    await expect(read(open(engine))).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringContaining('closed the connection'),
    });
  });

  test('is an error in its own words where it refuses', async () => {
    const engine = await serve((socket) =>
      socket.end('HTTP/1.0 500 Internal Server Error\r\n\r\n{"message":"out of inodes"}'),
    );
    await expect(read(open(engine))).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringContaining('out of inodes'),
    });
  });

  test('is an error where nobody listens', async () => {
    const socketPath = join(temporaryFolder(), 'none.sock');
    await expect(read(open({ socketPath }))).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringContaining('ENOENT'),
    });
  });

  test.each(['before its answer', 'in its answer'])('can be cancelled %s', async (when) => {
    const engine = await serve((socket) => {
      if (when === 'in its answer') socket.write(`${ok}some bytes`);
    });
    const controller = new AbortController();
    const reading = read(open(engine, controller.signal));
    setTimeout(() => controller.abort(new Error('cancelled')), 100);
    await expect(reading).rejects.toThrow('cancelled');
  });
});
