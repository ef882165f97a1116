import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { withSlugPath } from '../../../src/verbs/steps/slug-path.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { createSettings } from '../../support/settings.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Work that leaves a slug where it is told to. */
async function leaveSlug(path: string): Promise<string> {
  writeFileSync(path, 'slug');
  return path;
}

async function fail(path: string): Promise<never> {
  writeFileSync(path, 'half a slug');
  throw new Error(path);
}

describe('the slug’s file', () => {
  test.each([true, false])(
    'is where it was asked for, and stays there (keep: %s)',
    async (keep) => {
      const slugPath = join(temporaryFolder(), 'my.tgz');
      expect(await withSlugPath(createSettings({ slugPath }), { keep }, leaveSlug)).toBe(slugPath);
      expect(readFileSync(slugPath, 'utf8')).toBe('slug');
    },
  );

  test('is in a temporary folder of its own where nobody asked, and gone with it', async () => {
    const runners = temporaryFolder();
    vi.stubEnv('RUNNER_TEMP', runners);
    const path = await withSlugPath(createSettings(), { keep: false }, leaveSlug);
    expect(basename(path)).toBe('slug.tgz');
    expect(dirname(dirname(path))).toBe(runners);
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('stays in that folder where the job’s next steps may have it', async () => {
    vi.stubEnv('RUNNER_TEMP', temporaryFolder());
    const path = await withSlugPath(createSettings(), { keep: true }, leaveSlug);
    expect(readFileSync(path, 'utf8')).toBe('slug');
  });

  test.each([true, false])('is gone when the work fails (keep: %s)', async (keep) => {
    const runners = temporaryFolder();
    vi.stubEnv('RUNNER_TEMP', runners);
    const failing = withSlugPath(createSettings(), { keep }, fail);
    const path = await failing.catch((error: Error) => error.message);
    expect(dirname(dirname(path))).toBe(runners);
    expect(existsSync(dirname(path))).toBe(false);
  });
});
