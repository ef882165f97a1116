import { setTimeout as delay } from 'node:timers/promises';
import { containerStatus } from '../../docker/container-process.ts';
import { endingOf, lastLines } from '../../docker/ended-process.ts';
import { DeployError } from '../../errors.ts';
import type { Outputs } from '../../settings/outputs.ts';
import type { Context } from '../context.ts';
import { type AppProcess, type AppProcesses, isWeb, type ProcessType } from './app-process.ts';

/** How long a process that listens nowhere has to stay up to be called started. */
const settlingMilliseconds = 1_000;

/** A runner kills a cancelled step after some seconds. */
const graceSeconds = 2;

/**
 * Starts processes that go on when the run has ended, and waits until each is up.
 * @throws DeployError where one is not; then none is left.
 */
export async function startInBackground(
  { reporter, signal }: Context,
  processes: AppProcesses,
  types: readonly ProcessType[],
): Promise<Outputs> {
  return reporter.phase('Start', async () => {
    try {
      const started = await processes.launchAll(types);
      await waitUntilUp(processes, started, signal);
      return startOutputs(started);
    } catch (error) {
      await processes.stop(graceSeconds);
      signal.throwIfAborted();
      throw error;
    }
  });
}

async function waitUntilUp(
  processes: AppProcesses,
  started: readonly AppProcess[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    started.map(async (process) => {
      if (isWeb(process.type)) return processes.waitUntilListening(process);
      await delay(settlingMilliseconds, undefined, { signal });
      await checkRunning(process);
    }),
  );
}

async function checkRunning({ type, container }: AppProcess): Promise<void> {
  const state = await containerStatus(container);
  if (state.status === 'running') return;
  throw new DeployError(
    `${type} ended as soon as it was started (${endingOf(state)})${await lastLines(container)}`,
    'Mend what its last lines name; use "exec" for commands that do not go on.',
  );
}

function startOutputs(started: readonly AppProcess[]): Outputs {
  const url = started.find(({ type }) => isWeb(type))?.url;
  return {
    ...(url !== undefined && { url }),
    'container-id': started[0]?.id ?? '',
    containers: JSON.stringify(Object.fromEntries(started.map(({ type, id }) => [type, id]))),
  };
}
