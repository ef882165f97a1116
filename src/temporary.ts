import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';
import { DeployError, messageOf } from './errors.ts';
import { runId } from './run.ts';

/** A new folder, which is gone when this process ends, unless it is kept. */
export interface TemporaryFolder {
  readonly path: string;
  /** Leaves it to whoever looks for what is in it. */
  keep(): void;
  /** Removes it with all that is in it. */
  remove(): Promise<void>;
}

/**
 * Makes a folder for files that nobody keeps, below the runner's own temporary folder where there is
 * one. No other user of the machine can look into it.
 * @throws DeployError where that cannot be written to.
 */
export async function createTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await makeFolder(join(parent(), nameOf(runId)));
  const keep = atExit(() => removeNow(path));
  return {
    path,
    keep,
    async remove() {
      await rm(path, { recursive: true, force: true });
      keep();
    },
  };
}

async function makeFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(prefix);
  } catch (error) {
    throw new DeployError(
      `No temporary folder can be made: ${messageOf(error)}`,
      'Free some space there, or name another folder in TMPDIR (on a runner, in RUNNER_TEMP).',
      { cause: error },
    );
  }
}

/** Something that was killed a moment ago may still write there. */
function removeNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // The process ends, and nobody is there to be told.
  }
}

/** Runs `work` with a temporary folder and removes it with all that is in it, whatever happens. */
export async function withTemporaryFolder<Result>(
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await createTemporaryFolder();
  try {
    return await work(folder.path);
  } finally {
    await folder.remove();
  }
}

/** Removes the temporary folders that a run has left. */
export async function removeTemporaryFolders(run: string): Promise<void> {
  const left = (await readdir(parent())).filter((name) => name.startsWith(nameOf(run)));
  for (const name of left) await rm(join(parent(), name), { recursive: true, force: true });
}

function parent(): string {
  return process.env['RUNNER_TEMP'] || tmpdir();
}

function nameOf(run: string): string {
  return `heroku-docker-${run}-`;
}
