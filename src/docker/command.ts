import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { DeployError } from '../errors.ts';
import { forEachLine } from '../lines.ts';
import { startDocker } from './client.ts';
import { EngineLostError, saysEngineLost } from './engine-lost.ts';
import { Pulse } from './pulse.ts';

/** How many of a failed command's last lines make its error message. */
const shownErrorLines = 20;

/** A question that is quick in itself; a machine under load gets this long. */
const answerMilliseconds = 120_000;
/** Who has not answered in time has nothing to end. */
const endMilliseconds = 1_000;

/**
 * Asks the Docker client one quick question and returns what it answered on standard output,
 * without the last line break. Nothing is echoed to the log.
 * @throws DeployError with the client's own words where it fails, EngineLostError where the engine is
 * gone or hangs, DockerMissingError where there is no client.
 */
export async function askDocker(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const late = new AbortController();
  const clock = setTimeout(() => late.abort(noAnswer(args)), answerMilliseconds);
  try {
    return await ask(args, environment, late.signal);
  } finally {
    clearTimeout(clock);
  }
}

async function ask(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const client = startDocker(args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    environment,
    endWithin: endMilliseconds,
  });
  const { stdout, stderr } = client.process;
  const texts = Promise.all([text(stdout as Readable), text(stderr as Readable)]);
  texts.catch(() => {}); // They are cut off where the client had to be killed.
  const exitCode = await client.exitCode;
  signal.throwIfAborted();
  const [answer, errors] = await texts;
  if (exitCode !== 0) throw commandFailed(args, exitCode, errors.split('\n'));
  return answer.replace(/\n$/, '');
}

function noAnswer(args: readonly string[]): EngineLostError {
  const seconds = answerMilliseconds / 1000;
  return new EngineLostError(`docker ${args[0]} has not answered for ${seconds} s.`);
}

/** What a long-running Docker command is given besides its arguments. */
export interface RunOptions {
  /** Ends the command when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Called with each line of standard output and standard error as it comes. */
  readonly onLine: (line: string) => void;
  /** Written to the command's standard input. */
  readonly input?: string;
  /** Added to the environment that this process has: the way for secrets to reach the command. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Milliseconds that it has for ending by itself when the signal says so, before it is killed. */
  readonly endWithin?: number;
  /** Whether Ctrl-C, which a terminal sends to all of its programs, is kept from it. */
  readonly sparedByTerminal?: boolean;
}

/**
 * Runs a long Docker command (a build, a pull) with its output passed on line by line, for as long as
 * the engine lives, and ends it when the signal says so.
 * @throws DeployError with the command's last lines where it fails, EngineLostError where the engine is
 * gone or hangs; the signal's reason where it was ended.
 */
export async function runDocker(args: readonly string[], options: RunOptions): Promise<void> {
  const pulse = new Pulse((signal) => ask(['version'], {}, signal), options.signal);
  try {
    await run(args, { ...options, signal: pulse.signal });
  } finally {
    pulse.end();
  }
}

async function run(args: readonly string[], options: RunOptions): Promise<void> {
  const { signal, onLine, input = '' } = options;
  const client = startDocker(args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdin, stdout, stderr } = client.process;
  const lastLines: string[] = [];
  for (const stream of [stdout, stderr]) {
    forEachLine(stream as Readable, (line) => {
      lastLines.push(line);
      if (lastLines.length > shownErrorLines) lastLines.shift();
      onLine(line);
    });
  }
  stdin?.on('error', () => {}); // A command that ends early closes its input; its exit code says why.
  stdin?.end(input);
  const exitCode = await client.exitCode;
  signal.throwIfAborted();
  if (exitCode !== 0) throw commandFailed(args, exitCode, lastLines);
}

function commandFailed(args: readonly string[], exitCode: number | null, lines: readonly string[]) {
  const said = lines.filter((line) => line.trim() !== '').slice(-shownErrorLines);
  const ending = exitCode === null ? 'killed' : `exit code ${exitCode}`;
  const failed = `docker ${args[0]} failed (${ending}):\n${said.join('\n')}`;
  if (saysEngineLost(said.at(-1) ?? ''))
    return new EngineLostError(`The Docker engine is gone: ${failed}`);
  return new DeployError(
    failed,
    'The lines above are the Docker client’s own; mend what they name and run again.',
  );
}
