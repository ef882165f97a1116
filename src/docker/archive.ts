import { DeployError, messageOf } from '../errors.ts';
import { startDocker } from './client.ts';
import type { Engine } from './engine.ts';
import { getFromEngine } from './engine-socket.ts';
import { idleTimeout, Patience } from './patience.ts';

/** What to read out of a container, and how. */
export interface ArchiveOptions {
  readonly engine: Pick<Engine, 'socketPath'>;
  /** Name or id; it needs not run. */
  readonly container: string;
  /** An absolute path in the container. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/**
 * Reads the tar of a folder of a container, whose entries' names begin with the folder's own name
 * (`app/…` for `/app`). It comes over the engine's own socket where that is on this machine
 * (Docker Engine API, `GET /containers/{id}/archive`), which spares the Docker client's copy, and
 * through `docker cp` where it is not. Nothing happens before the first piece is asked for: an
 * archive that nobody reads would keep the engine from removing the container. Each piece is lent
 * until the next is asked for.
 *
 * Reading throws a DeployError where the folder is not there and where the engine stops in the
 * middle, and the signal's reason on its abort. That the engine ended the archive too early without
 * a word is for the reader to see, by the archive's own end.
 */
export async function* openArchive(options: ArchiveOptions): AsyncGenerator<Buffer> {
  options.signal.throwIfAborted();
  const patience = new Patience(idleTimeout, options.signal);
  const { signal } = patience;
  const { socketPath } = options.engine;
  const pieces =
    socketPath === undefined
      ? copyArchive({ ...options, signal })
      : fetchArchive(socketPath, { ...options, signal });
  try {
    for (;;) {
      patience.renew();
      const { value, done } = await pieces.next().finally(() => patience.end());
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw archiveError(error, { ...options, signal });
  } finally {
    await pieces.return(undefined);
  }
}

async function* fetchArchive(
  socketPath: string,
  options: ArchiveOptions,
): AsyncGenerator<Buffer, undefined> {
  const { status, body } = await getFromEngine(socketPath, archivePath(options), options.signal);
  if (status !== 200) throw refused(options, status, await textOf(body));
  yield* body;
}

function archivePath({ container, path }: ArchiveOptions): string {
  return `/containers/${encodeURIComponent(container)}/archive?path=${encodeURIComponent(path)}`;
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const bytes of body) text += bytes.toString();
  return text;
}

async function* copyArchive(options: ArchiveOptions): AsyncGenerator<Buffer, undefined> {
  const source = `${options.container}:${options.path}`;
  const client = startDocker(['cp', source, '-'], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = client.process;
  let errors = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  try {
    yield* stdout as AsyncIterable<Buffer>;
    const exitCode = await client.exitCode;
    options.signal.throwIfAborted();
    if (exitCode !== 0) throw refused(options, exitCode, errors);
  } finally {
    client.process.kill('SIGTERM');
  }
}

/** The engine's own way to say that there is no such path, over its API and through its client. */
const noSuchPath = /could not find the file/i;

function refused({ path }: ArchiveOptions, code: number | null, answer: string): DeployError {
  if (noSuchPath.test(answer)) {
    return new DeployError(
      `${path} is missing in the image.`,
      `Copy the app into ${path} in the Dockerfile: only that folder is released.`,
    );
  }
  return new DeployError(
    `Docker cannot read ${path} out of the image (${code ?? 'killed'}): ${answer.trim()}`,
    'Look at the Docker engine’s log, and run again.',
  );
}

function archiveError(error: unknown, { path, signal }: ArchiveOptions): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof DeployError) return error;
  return new DeployError(
    `Reading ${path} out of the image failed: ${messageOf(error)}`,
    'The Docker engine may have been stopped or run out of memory; see its log and run again.',
    { cause: error },
  );
}
