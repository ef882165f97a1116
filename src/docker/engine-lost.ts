import { DeployError } from '../errors.ts';

/** The Docker engine went away, or hangs, in the middle of what it was to do. */
export class EngineLostError extends DeployError {
  constructor(message: string) {
    super(
      message,
      'It may have been stopped or have run out of memory, or it hangs: see its log (journalctl --unit docker), restart it and run again.',
    );
  }
}

/** The client's own words, and the builder's. */
const lostConnection =
  /Cannot connect to the Docker daemon|error during connect|code = Unavailable|error reading from server/;

/** Whether a Docker client's last line says that its engine went away; those before may be an app's. */
export function saysEngineLost(lastLine: string): boolean {
  return lostConnection.test(lastLine);
}
