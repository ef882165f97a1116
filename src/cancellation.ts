import { constants } from 'node:os';
import { DeployError } from './errors.ts';

/**
 * Turns SIGINT and SIGTERM into an abort, so that whatever is under way ends by itself and cleans
 * up after itself. A second signal does not wait for that.
 */
export function cancelOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(128 + constants.signals[name]);
      controller.abort(
        new DeployError(
          `The run was cancelled (${name}).`,
          'Run it again; its containers and temporary files are removed.',
        ),
      );
    });
  }
  return controller.signal;
}
