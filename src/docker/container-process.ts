import { messageOf } from '../errors.ts';
import { askDocker, runDocker } from './command.ts';
import { removeContainer } from './container.ts';

/** What a container's process is doing. */
export type ContainerStatus =
  | { readonly status: 'created' | 'missing' }
  | { readonly status: 'running'; readonly outOfMemory: boolean }
  | {
      readonly status: 'exited';
      readonly exitCode: number;
      /** Whether the kernel killed a process of it that wanted more memory than it may have. */
      readonly outOfMemory: boolean;
    };

/** How many of a process's last lines are kept, as on the platform (Logplex: https://devcenter.heroku.com/articles/logging). */
const keptLines = 1500;

/** Asks the engine what became of a container. */
export async function containerStatus(container: string): Promise<ContainerStatus> {
  const format = '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';
  const answer = await askContainer(['inspect', '--format', format, container]);
  const [status, exitCode, killed] = answer?.split(' ') ?? ['missing'];
  if (status === 'missing' || status === 'created') return { status };
  const outOfMemory = killed === 'true';
  if (status === 'exited' || status === 'dead') {
    return { status: 'exited', exitCode: Number(exitCode), outOfMemory };
  }
  return { status: 'running', outOfMemory };
}

/** Waits until the container's process has ended and returns its exit code. */
export async function waitUntilExit(container: string, signal: AbortSignal): Promise<number> {
  let exitCode = 0;
  await runDocker(['wait', container], {
    signal,
    onLine: (line) => {
      exitCode = Number(line);
    },
  });
  return exitCode;
}

/** A line that a container's process wrote. */
export interface LogLine {
  /** ISO 8601, UTC, with nanoseconds. */
  readonly time: string;
  readonly text: string;
}

/** A container's last lines, at most 1,500 of them; none where it is gone. */
export async function readLogs(container: string): Promise<LogLine[]> {
  const tail = String(keptLines);
  const text = await askContainer(['logs', '--timestamps', '--tail', tail, container]);
  return text ? text.split('\n').map(toLogLine) : [];
}

/**
 * Calls `onLine` with each line that the container writes, from its first to its last, until it ends:
 * also with those that it writes when Ctrl-C has told this program to end it.
 */
export function followLogs(
  container: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  return runDocker(['logs', '--follow', container], { signal, onLine, sparedByTerminal: true });
}

/**
 * Ends a container as the platform ends a dyno, SIGTERM to each of its processes and SIGKILL after a
 * while, and removes it. One that is not there is no error.
 * @param graceSeconds how long its processes have for ending by themselves.
 */
export async function stopContainer(container: string, graceSeconds: number): Promise<void> {
  try {
    if ((await containerStatus(container)).status === 'running') {
      await terminate(container);
      await askContainer(['stop', '-t', String(graceSeconds), container]);
    }
  } finally {
    await removeContainer(container);
  }
}

/**
 * Ends several at once, each as {@link stopContainer} does.
 * @throws the first failure, when all others are gone.
 */
export async function stopContainers(
  containers: readonly string[],
  graceSeconds: number,
): Promise<void> {
  const stops = await Promise.allSettled(
    containers.map((container) => stopContainer(container, graceSeconds)),
  );
  for (const stop of stops) if (stop.status === 'rejected') throw stop.reason;
}

/** Names of the containers that carry a label, running or not. */
export async function findContainers(label: string): Promise<string[]> {
  const filter = `label=${label}`;
  const names = await askDocker(['ps', '--all', '--filter', filter, '--format', '{{.Names}}']);
  return names.split('\n').filter((name) => name !== '');
}

/** Ends a container at once and leaves it, for its last lines to be read. */
export async function killContainer(container: string): Promise<void> {
  await askContainer(['kill', container]);
}

async function terminate(container: string): Promise<void> {
  try {
    // -1 is every process but the container's first, which ends when its child has.
    await askDocker(['exec', container, 'sh', '-c', 'kill -s TERM -- -1']);
  } catch {
    // The container often ends before this command of its own does. If it did not, it is killed later.
  }
}

function toLogLine(line: string): LogLine {
  const end = line.indexOf(' ');
  return { time: line.slice(0, end), text: line.slice(end + 1) };
}

/** Asks about a container that may be gone, or ended, by the time the engine looks: then `undefined`. */
async function askContainer(args: readonly string[]): Promise<string | undefined> {
  try {
    return await askDocker(args);
  } catch (error) {
    if (/no such (container|object)|is not running/i.test(messageOf(error))) return undefined;
    throw error;
  }
}
