import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { atExit } from '../at-exit.ts';
import { DeployError, messageOf } from '../errors.ts';

/** There is no Docker client on this machine, so nothing else that is asked of it can be answered. */
export class DockerMissingError extends DeployError {
  constructor(cause: unknown) {
    super(
      'Docker is not installed: there is no "docker" on PATH.',
      'Install Docker Engine with buildx (https://docs.docker.com/engine/install/); on GitHub use an ubuntu runner, which has both.',
      { cause },
    );
  }
}

/**
 * The client waits for its plugin and the engine when it is told to end; only so long is it waited
 * for, since a runner kills a step that was cancelled after 7.5 s.
 */
const endMilliseconds = 4_000;

/** How a Docker client is started. */
export interface ClientOptions {
  readonly stdio: StdioOptions;
  /** Ends the client when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Added to the environment that this process has: the way for secrets to reach the client. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds that it has for ending by itself when the signal says so, before it is killed. */
  readonly endWithin?: number;
  /** Whether Ctrl-C, which a terminal sends to all of its programs, is kept from it. */
  readonly sparedByTerminal?: boolean;
}

/** A Docker client under way. */
export interface DockerClient {
  readonly process: ChildProcess;
  /**
   * Resolves when it has ended and its output is read: to its exit code, or to `null` where it was
   * killed. Rejects where it could not be started.
   */
  readonly exitCode: Promise<number | null>;
}

/** Starts a Docker client whose streams are the caller's to read and to feed. */
export function startDocker(args: readonly string[], options: ClientOptions): DockerClient {
  options.signal.throwIfAborted();
  const child = spawn('docker', args, {
    stdio: options.stdio,
    env: { ...process.env, ...options.environment },
    detached: options.sparedByTerminal ?? false,
  });
  const letGo = atExit(() => child.kill('SIGKILL'));
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    killing = setTimeout(() => kill(child), options.endWithin ?? endMilliseconds);
  };
  options.signal.addEventListener('abort', end);
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(notStarted(error)));
    child.on('close', resolve);
  }).finally(() => {
    options.signal.removeEventListener('abort', end);
    clearTimeout(killing);
    letGo();
  });
  exitCode.catch(() => {}); // Callers await it once they have dealt with the streams.
  return { process: child, exitCode };
}

/** A plugin that goes on without its client may hold the pipes open: they are not waited for. */
function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
  child.stdout?.destroy();
  child.stderr?.destroy();
}

function notStarted(error: unknown): DeployError {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new DockerMissingError(error);
  }
  return new DeployError(
    `The Docker client cannot be started: ${messageOf(error)}`,
    'Check the "docker" program that PATH leads to.',
    { cause: error },
  );
}
