import * as core from '@actions/core';
import { DeployError, messageOf } from '../errors.ts';
import type { Outputs } from '../settings/outputs.ts';

/**
 * Saves the run's id for the post step, which finds by it what is left of the run.
 * @throws DeployError where the runner's disk is full: nothing could be cleaned up after then.
 */
export function saveRun(id: string): void {
  try {
    core.saveState('run', id);
  } catch (error) {
    throw new DeployError(
      `The step’s state cannot be handed to the runner: ${messageOf(error)}`,
      'Free some space on the runner’s disk, and run again; nothing was done yet.',
      { cause: error },
    );
  }
}

/**
 * Hands the outputs on to the job's next steps.
 * @throws DeployError where the runner's disk is full.
 */
export function setOutputs(outputs: Outputs): void {
  try {
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
  } catch (error) {
    throw new DeployError(
      `The step’s outputs cannot be handed to the runner: ${messageOf(error)}`,
      'Free some space on the runner’s disk. What the log says was done is done: a release that was made stays.',
      { cause: error },
    );
  }
}
