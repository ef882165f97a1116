import { exitCodeOf, startAttached, waitUntilStarted } from '../../docker/attach.ts';
import type { DockerClient } from '../../docker/client.ts';
import { containerStatus, followLogs, waitUntilExit } from '../../docker/container-process.ts';
import { lastLines } from '../../docker/ended-process.ts';
import { DeployError } from '../../errors.ts';
import type { Reporter } from '../../reporter.ts';
import type { Context } from '../context.ts';
import { type AppProcess, type AppProcesses, isWeb, type ProcessType } from './app-process.ts';

/** As `docker stop` has it; a second Ctrl-C does not wait for it. */
const graceSeconds = 10;
const stopping = `Stopping within ${graceSeconds} seconds`;

/** How long the clients may take to pass the last lines on, once the containers are gone. */
const lastLinesMilliseconds = 5_000;

/** A process that has failed or is done. */
interface EndedProcess {
  readonly process: AppProcess;
  readonly exitCode: number;
}

type Ended = EndedProcess | 'ctrl-c';

/**
 * Runs processes until Ctrl-C, which is the usual end, or until one of them ends. A single one has
 * the terminal, if there is one.
 * @throws DeployError with its exit code where a process fails, or where web does not listen in time.
 */
export async function runInForeground(
  context: Context,
  processes: AppProcesses,
  types: readonly ProcessType[],
): Promise<void> {
  const { reporter, signal, terminal } = context;
  const [only, ...more] = types;
  let clients: Promise<unknown>[] = [];
  const over = new AbortController();
  const endClients = () => over.abort();
  process.once('exit', endClients); // A second Ctrl-C ends this program at once, and does not reach them.
  try {
    let ended: Ended;
    if (terminal?.isInteractive && only !== undefined && more.length === 0) {
      const either = AbortSignal.any([signal, over.signal]);
      const { process, client } = await launchOnTerminal(processes, only, either);
      clients = [client.exitCode];
      ended = await Promise.race([endOnTerminal(process, client), announce(processes, process)]);
    } else {
      const started = await processes.launchAll(types);
      clients = started.map((process) => show(process, started, reporter, over.signal));
      ended = await firstEnd(started, processes, signal);
    }
    signal.throwIfAborted();
    if (ended === 'ctrl-c') reporter.info(stopping);
    else if (ended.exitCode !== 0) throw await failed(ended);
  } catch (error) {
    if (!signal.aborted) throw error;
    reporter.info(stopping);
  } finally {
    await processes.stop(graceSeconds).finally(() => {
      setTimeout(endClients, lastLinesMilliseconds).unref();
    });
    // They have lines left that were written at the very end, or the terminal, to give it back.
    await Promise.allSettled(clients);
    process.off('exit', endClients);
  }
}

/** Shows a process's lines until it has ended, each with its type where there are several. */
function show(
  { type, container }: AppProcess,
  all: readonly AppProcess[],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const width = Math.max(...all.map((process) => process.type.length));
  const prefix = all.length === 1 ? '' : `${type.padEnd(width)} | `;
  return followLogs(container, (line) => reporter.output(`${prefix}${line}`), signal);
}

function firstEnd(
  started: readonly AppProcess[],
  processes: AppProcesses,
  signal: AbortSignal,
): Promise<Ended> {
  const ends = started.map(async (process) => ({
    process,
    exitCode: await waitUntilExit(process.container, signal),
  }));
  return Promise.race([...ends, ...started.map((process) => announce(processes, process))]);
}

/**
 * Gives a process this program's terminal. Ctrl-C is the client's sign to let go of it, since the
 * process might not heed a signal.
 */
async function launchOnTerminal(
  processes: AppProcesses,
  type: ProcessType,
  signal: AbortSignal,
): Promise<{ process: AppProcess; client: DockerClient }> {
  let client!: DockerClient;
  const process = await processes.launch(type, {
    terminal: true,
    start: (container) => {
      client = startAttached(container, {
        // What the process writes comes on standard output alone: the rest is the client's own.
        stdio: ['inherit', 'inherit', 'ignore'],
        signal,
        ctrlC: 'lets go',
      });
      return waitUntilStarted(container, client);
    },
  });
  return { process, client };
}

async function endOnTerminal(process: AppProcess, client: DockerClient): Promise<Ended> {
  await client.exitCode;
  const exitCode = await exitCodeOf(process.container);
  return exitCode === undefined ? 'ctrl-c' : { process, exitCode };
}

/**
 * Says where a process listens. Does not end by itself; rejects where it runs but does not listen in
 * time. One that has ended is told of by its end.
 */
async function announce(processes: AppProcesses, process: AppProcess): Promise<never> {
  if (isWeb(process.type)) {
    try {
      await processes.waitUntilListening(process);
    } catch (error) {
      if ((await containerStatus(process.container)).status === 'running') throw error;
    }
  }
  return new Promise(() => {});
}

async function failed({ process, exitCode }: EndedProcess): Promise<DeployError> {
  return new DeployError(
    `${process.type} ended with exit code ${exitCode}${await lastLines(process.container)}`,
    'Mend what its last lines name, and start it again.',
    { exitCode },
  );
}
