import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { beforeEach, vi } from 'vitest';
import { temporaryFolder } from './folder.ts';

/**
 * Gives each test a file for the job's summary, as a runner does.
 * @returns what reads it.
 */
export function useSummaryFile(): () => string {
  let file = '';
  beforeEach(() => {
    file = join(temporaryFolder({ summary: '' }), 'summary');
    vi.stubEnv('GITHUB_STEP_SUMMARY', file);
    // The package remembers the first file it wrote to.
    Reflect.set(core.summary, '_filePath', undefined);
    return () => void vi.unstubAllEnvs();
  });
  return () => readFileSync(file, 'utf8');
}
