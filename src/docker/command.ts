import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type ExecOutput, getExecOutput } from '@actions/exec';
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

/** How many of a failed command's last lines make its error message. */
const shownErrorLines = 20;
/** The client waits for its plugin and the engine when it is told to end; only so long is it waited for. */
const endMilliseconds = 10_000;

/** A question that is quick in itself; a machine under load gets this long. */
const answerMilliseconds = 120_000;

/**
 * Asks the Docker client one quick question and returns what it answered on standard output,
 * without the last line break. Nothing is echoed to the log.
 * @throws DeployError with the client's own words where it fails, DockerMissingError where it is not there.
 */
export async function askDocker(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<string> {
  const { exitCode, stdout, stderr } = await inTime(
    getExecOutput('docker', [...args], {
      silent: true,
      ignoreReturnCode: true,
      ...(environment && { env: environmentWith(environment) }),
    }),
    args,
  );
  if (exitCode !== 0) throw commandFailed(args, exitCode, stderr.split('\n'));
  return stdout.replace(/\n$/, '');
}

/** `@actions/exec` cannot end what it has started: an engine that hangs is left to its client. */
async function inTime(answer: Promise<ExecOutput>, args: readonly string[]): Promise<ExecOutput> {
  const clock = new AbortController();
  const late = wait(answerMilliseconds, undefined, { signal: clock.signal }).then(() => {
    throw new DeployError(
      `docker ${args[0]} has not answered for ${answerMilliseconds / 1000} s.`,
      'Look whether the Docker engine hangs (docker ps), restart it and run again.',
    );
  });
  late.catch(() => {}); // The answer came first and stopped the clock.
  try {
    return await Promise.race([answer.catch((error) => Promise.reject(notStarted(error))), late]);
  } finally {
    clock.abort();
  }
}

/** What a long-running Docker command is given besides its arguments. */
export interface RunOptions {
  /** Ends the command when the run is cancelled. `@actions/exec` cannot, so this one spawns. */
  readonly signal: AbortSignal;
  /** Called with each line of standard output and standard error as it comes. */
  readonly onLine: (line: string) => void;
  /** Written to the command's standard input. */
  readonly input?: string;
  /** Added to the environment that this process has: the way for secrets to reach the command. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Runs a long Docker command (a build, a pull) with its output passed on line by line, and ends
 * it when the signal says so.
 * @param endWithin milliseconds that it has for ending by itself then, before it is killed.
 * @throws DeployError with the command's last lines where it fails; the signal's reason where it was ended.
 */
export async function runDocker(
  args: readonly string[],
  options: RunOptions,
  endWithin = endMilliseconds,
): Promise<void> {
  options.signal.throwIfAborted();
  const child = spawn('docker', args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environmentWith(options.environment),
  });
  let killing: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    killing = setTimeout(() => kill(child), endWithin);
  };
  options.signal.addEventListener('abort', end);
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > shownErrorLines) lastLines.shift();
      options.onLine(line);
    });
  }
  child.stdin.on('error', () => {}); // A command that ends early closes its input; its exit code says why.
  child.stdin.end(options.input ?? '');
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (error) => reject(notStarted(error)));
      child.on('close', resolve);
    });
    options.signal.throwIfAborted();
    if (exitCode !== 0) throw commandFailed(args, exitCode, lastLines);
  } finally {
    options.signal.removeEventListener('abort', end);
    clearTimeout(killing);
  }
}

/** A plugin that goes on without its client may hold the pipes open: they are not waited for. */
function kill(child: ChildProcessByStdio<Writable, Readable, Readable>): void {
  child.kill('SIGKILL');
  child.stdout.destroy();
  child.stderr.destroy();
}

/** `@actions/exec` looks for the program itself and says so in words; a spawned one has a code. */
function notStarted(error: unknown): DeployError {
  if (/ENOENT|Unable to locate executable file/.test(messageOf(error))) {
    return new DockerMissingError(error);
  }
  return new DeployError(
    `The Docker client cannot be started: ${messageOf(error)}`,
    'Check the "docker" program that PATH leads to.',
    { cause: error },
  );
}

function environmentWith(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...(process.env as Record<string, string>), ...more };
}

function commandFailed(args: readonly string[], exitCode: number | null, lines: readonly string[]) {
  const said = lines.filter((line) => line.trim() !== '').slice(-shownErrorLines);
  return new DeployError(
    `docker ${args[0]} failed (${exitCode === null ? 'killed' : `exit code ${exitCode}`}):\n${said.join('\n')}`,
    'The lines above are the Docker client’s own; mend what they name and run again.',
  );
}
