import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import { temporaryFolder } from './folder.ts';

/** Puts a shell script before the Docker client, first on PATH until `vi.unstubAllEnvs()`. */
export function stubDocker(script: string): void {
  vi.stubEnv('PATH', pathWithDocker(script));
}

/**
 * A PATH with a shell script before the Docker client. What it does not end by itself goes on to the
 * real client.
 */
export function pathWithDocker(script: string): string {
  const client = execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim();
  const folder = temporaryFolder({ docker: `#!/bin/sh\n${script}\nexec '${client}' "$@"\n` });
  chmodSync(join(folder, 'docker'), 0o755);
  return `${folder}${delimiter}${process.env['PATH']}`;
}
