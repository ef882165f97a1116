import { askDocker, runDocker } from '../docker/command.ts';
import { removeContainer } from '../docker/container.ts';
import { messageOf } from '../errors.ts';

/** What a dyno's container is doing. */
export type DynoStatus =
  | { readonly status: 'created' | 'running' | 'missing' }
  | { readonly status: 'exited'; readonly exitCode: number };

/** How long a dyno may take to end after SIGTERM (https://devcenter.heroku.com/articles/dyno-shutdown-behavior). */
const shutdownSeconds = 30;

/** How many of a dyno's last lines are kept (Logplex: https://devcenter.heroku.com/articles/logging). */
const keptLines = 1500;

/** Asks the engine what became of a dyno's container. */
export async function dynoStatus(container: string): Promise<DynoStatus> {
  const format = '{{.State.Status}} {{.State.ExitCode}}';
  const answer = await askContainer(['inspect', '--format', format, container]);
  const [status, exitCode] = answer?.split(' ') ?? ['missing'];
  if (status === 'missing' || status === 'created') return { status };
  if (status === 'exited' || status === 'dead')
    return { status: 'exited', exitCode: Number(exitCode) };
  return { status: 'running' };
}

/** Waits until the dyno's process has ended and returns its exit code. */
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

/** A line that a dyno's process wrote. */
export interface LogLine {
  /** ISO 8601, UTC, with nanoseconds. */
  readonly time: string;
  readonly text: string;
}

/** The dyno's last lines, at most 1,500 of them; none where it is gone. */
export async function readLogs(container: string): Promise<LogLine[]> {
  const tail = String(keptLines);
  const text = await askContainer(['logs', '--timestamps', '--tail', tail, container]);
  return text ? text.split('\n').map(toLogLine) : [];
}

/** Calls `onLine` with each line that the dyno writes, from its first to its last, until it ends. */
export function followLogs(
  container: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  return runDocker(['logs', '--follow', container], { signal, onLine });
}

/**
 * Ends a dyno as the platform does, SIGTERM to each of its processes and SIGKILL after 30 seconds,
 * and removes its container. A dyno that is not there is no error.
 */
export async function stopDyno(container: string): Promise<void> {
  if ((await dynoStatus(container)).status === 'running') {
    await terminate(container);
    await askContainer(['stop', '-t', String(shutdownSeconds), container]);
  }
  await removeContainer(container);
}

/** The containers of all dynos that carry a label, running or not. */
export async function findDynos(label: string): Promise<string[]> {
  const filter = `label=${label}`;
  const names = await askDocker(['ps', '--all', '--filter', filter, '--format', '{{.Names}}']);
  return names.split('\n').filter((name) => name !== '');
}

/** Ends a dyno at once and leaves its container, for its last lines to be read. */
export async function killDyno(container: string): Promise<void> {
  await askContainer(['kill', container]);
}

async function terminate(container: string): Promise<void> {
  try {
    // -1 is every process but the container's first, which ends when its child has.
    await askDocker(['exec', container, 'bash', '-c', 'kill -TERM -1']);
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
