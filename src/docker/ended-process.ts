import { DeployError } from '../errors.ts';
import { type ContainerStatus, containerStatus, readLogs } from './container-process.ts';

/** A container's process, as messages tell of it. */
export interface ToldProcess {
  readonly container: string;
  /** `web.1`. */
  readonly name: string;
  /** Where and with what the command runs: a hint for one that has crashed. */
  readonly surroundings: string;
}

const shownLogLines = 20;

/**
 * Tells of a process that has ended when it should not have, with its last lines.
 * @param before what it should have done first: `it listened on $PORT`.
 */
export async function crashed(
  { container, name, surroundings }: ToldProcess,
  before: string,
): Promise<DeployError> {
  const ending = endingOf(await containerStatus(container));
  return new DeployError(
    `${name} crashed before ${before} (${ending})${await lastLines(container)}`,
    `Mend what its last lines name; ${surroundings}.`,
  );
}

/** How a process that does not run any more has ended, in a few words. */
export function endingOf(state: ContainerStatus): string {
  if (state.status !== 'exited') return 'its container is gone';
  return `exit code ${state.exitCode}${state.outOfMemory ? ', out of memory' : ''}`;
}

/** A container's last lines, as the end of a sentence that says what became of it. */
export async function lastLines(container: string): Promise<string> {
  const lines = (await readLogs(container)).slice(-shownLogLines);
  return lines.length === 0
    ? '; it wrote nothing.'
    : `:\n${lines.map(({ text }) => text).join('\n')}`;
}
