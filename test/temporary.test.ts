import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createTemporaryFolder, withTemporaryFolder } from '../src/temporary.ts';
import { temporaryFolder } from './support/folder.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('a temporary folder', () => {
  test('is below the runner’s own, which the runner empties', async () => {
    const runners = temporaryFolder();
    vi.stubEnv('RUNNER_TEMP', runners);
    expect(dirname((await createTemporaryFolder()).path)).toBe(runners);
  });

  test.each([undefined, ''])('is the system’s where there is no runner (%j)', async (value) => {
    vi.stubEnv('RUNNER_TEMP', value);
    await withTemporaryFolder(async (folder) => expect(dirname(folder)).toBe(tmpdir()));
  });

  test('is gone with all that is in it when the work is done', async () => {
    const folder = await withTemporaryFolder(async (path) => {
      mkdirSync(join(path, 'a/b'), { recursive: true });
      writeFileSync(join(path, 'a/b/file'), 'text', { mode: 0o400 });
      return path;
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('is gone when the work fails, and the failure is the work’s own', async () => {
    let folder = '';
    const failing = withTemporaryFolder(async (path) => {
      folder = path;
      throw new Error('disk full');
    });
    await expect(failing).rejects.toThrow('disk full');
    expect(existsSync(folder)).toBe(false);
  });

  test('is another one each time', async () => {
    await withTemporaryFolder((one) =>
      withTemporaryFolder(async (other) => expect(one).not.toBe(other)),
    );
  });
});
