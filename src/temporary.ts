import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder for files that nobody keeps, below the runner's own temporary folder where there is one. */
export function createTemporaryFolder(): Promise<string> {
  return mkdtemp(join(process.env['RUNNER_TEMP'] || tmpdir(), 'heroku-docker-'));
}

/** Runs `work` with a temporary folder and removes it with all that is in it, whatever happens. */
export async function withTemporaryFolder<Result>(
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await createTemporaryFolder();
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
