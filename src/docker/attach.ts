import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { DeployError } from '../errors.ts';
import { forEachLine } from '../lines.ts';
import { type ClientOptions, type DockerClient, startDocker } from './client.ts';
import { askDocker } from './command.ts';
import { type ContainerOptions, withContainer } from './container.ts';
import { containerStatus, stopContainer } from './container-process.ts';

/** What a container's process reads from and writes to. */
export type Streams =
  | {
      /** This process's own; as a terminal, where they are one. */
      readonly kind: 'own';
      readonly isTerminal: boolean;
    }
  | {
      /** Nothing to read; told each line that it writes, on either stream. */
      readonly kind: 'lines';
      readonly onLine: (line: string) => void;
    };

/** How long a container may take to end when the run is cancelled: a runner kills the run after 7.5 s. */
const graceSeconds = 3;

/**
 * Runs a container from its creation to its removal and returns its exit code, for as long as it
 * takes. When the run is cancelled, its processes get SIGTERM and a few seconds.
 * @throws DeployError where it cannot be created or started; the signal's reason where it was cancelled.
 */
export async function runContainer(
  options: ContainerOptions,
  streams: Streams,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const attached: ContainerOptions = {
    ...options,
    interactive: hasInput(streams),
    terminal: isTerminal(streams),
  };
  return withContainer(attached, async (container) => {
    await attach(container, streams, signal);
    signal.throwIfAborted();
    const exitCode = await exitCodeOf(container);
    if (exitCode === undefined) throw lost();
    return exitCode;
  });
}

function isTerminal(streams: Streams): boolean {
  return streams.kind === 'own' && streams.isTerminal;
}

/**
 * A terminal that is not passed on as one is left alone: the client reads ahead, and the system
 * would stop it for that in the background.
 */
function hasInput(streams: Streams): boolean {
  return isTerminal(streams) || (streams.kind === 'own' && !process.stdin.isTTY);
}

/** Starts the container and stays with it until it has ended. */
async function attach(container: string, streams: Streams, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted(); // It took a moment to create the container.
  const ended = new AbortController();
  const client = startAttached(container, {
    stdio: stdioOf(streams),
    signal: ended.signal,
    ctrlC: isTerminal(streams) ? 'is a key' : 'is ignored',
  });
  if (streams.kind === 'lines') {
    for (const stream of [client.process.stdout, client.process.stderr]) {
      forEachLine(stream as Readable, streams.onLine);
    }
  }
  let stopping: Promise<void> | undefined;
  // The client ends with the container, so that its last words are heard.
  const stop = () => {
    stopping = stopContainer(container, graceSeconds)
      .catch(() => {}) // It is removed in any case; what hinders that is told then.
      .finally(() => ended.abort());
  };
  signal.addEventListener('abort', stop);
  try {
    await client.exitCode;
    await stopping;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function stdioOf(streams: Streams): AttachedStreams {
  if (streams.kind === 'lines') return ['ignore', 'pipe', 'pipe'];
  return [hasInput(streams) ? 'inherit' : 'ignore', 'inherit', 'inherit'];
}

/** Standard input, output and error of a client; without input, the container reads nothing. */
type AttachedStreams = readonly ['inherit' | 'ignore', Stream, Stream];
type Stream = 'inherit' | 'ignore' | 'pipe';

/** How a client is attached to the container that it starts. */
export interface AttachOptions extends Pick<ClientOptions, 'signal'> {
  readonly stdio: AttachedStreams;
  /**
   * What Ctrl-C does on a terminal: the container's process gets it as a key, or the client lets go
   * of the container, or nothing, as this program gets it and deals with it.
   */
  readonly ctrlC: 'is a key' | 'lets go' | 'is ignored';
}

/** Nobody types these: the client's own to let go of a container begin with Ctrl-P, which shells want. */
const noDetachKeys = 'ctrl-^,ctrl-_,ctrl-^,ctrl-_';

const pauseMilliseconds = 50;

/** Starts a container that was created, with a client that stays with it until it has ended. */
export function startAttached(
  container: string,
  { stdio, signal, ctrlC }: AttachOptions,
): DockerClient {
  const input = stdio[0] === 'ignore' ? [] : ['--interactive'];
  const detachKeys = ctrlC === 'lets go' ? 'ctrl-c' : noDetachKeys;
  return startDocker(['start', '--attach', ...input, '--detach-keys', detachKeys, container], {
    stdio: [...stdio],
    signal,
    sparedByTerminal: ctrlC === 'is ignored',
  });
}

/**
 * Waits until a container runs, or has run.
 * @throws DeployError where it cannot be started.
 */
export async function waitUntilStarted(container: string, client: DockerClient): Promise<void> {
  let hasEnded = false;
  const end = client.exitCode.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    if ((await containerStatus(container)).status !== 'created') return;
    await Promise.race([end, delay(pauseMilliseconds)]);
  }
  await exitCodeOf(container);
}

/**
 * The exit code of a container whose client has ended; `undefined` where it runs on, or is gone. The
 * client's own would not tell its failures from the command's.
 * @throws DeployError where it was not started.
 */
export async function exitCodeOf(container: string): Promise<number | undefined> {
  const state = await containerStatus(container);
  if (state.status === 'created') throw await startFailure(container);
  return state.status === 'exited' ? state.exitCode : undefined;
}

async function startFailure(container: string): Promise<DeployError> {
  const reason = await askDocker(['inspect', '--format', '{{.State.Error}}', container]);
  return new DeployError(
    `The container cannot be started: ${reason}`,
    'Mend what the Docker engine names; a command needs "sh" in its image.',
  );
}

function lost(): DeployError {
  return new DeployError(
    'The command was lost before it ended: its container was removed, or the Docker client was ended.',
    'Look what else removes containers or ends processes on this machine, and run again.',
  );
}
