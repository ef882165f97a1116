import { resolve } from 'node:path';
import * as core from '@actions/core';
import { cancelOnSignal } from '../cancellation.ts';
import { DockerMissingError } from '../docker/client.ts';
import { messageOf } from '../errors.ts';
import { finish } from '../verbs/finish.ts';
import { RunnerReporter } from './runner-reporter.ts';

/**
 * The action's post step: ends what its main step has left running for the steps between them, and
 * removes what it had no time to remove.
 */
async function post(): Promise<void> {
  const id = core.getState('run');
  if (id === '') return; // The main step ended before it could make anything.
  cancelOnSignal(); // So that the end of the job does not end this.
  const reporter = new RunnerReporter();
  try {
    // The runner gives it the inputs of its main step.
    const slugPath = core.getInput('slug-path');
    await finish({ id, slugPath: slugPath === '' ? undefined : resolve(slugPath) }, reporter);
  } catch (error) {
    tell(error, reporter);
  }
}

/** The job has done its work, whatever is left of it here. */
function tell(error: unknown, reporter: RunnerReporter): void {
  if (error instanceof DockerMissingError) {
    reporter.info('There is no Docker any more, and so nothing to remove.');
    return;
  }
  reporter.warning(
    `Something of this run may be left on this machine ("heroku-docker clean" removes containers and images): ${messageOf(error)}`,
  );
}

await post();
process.exit();
