import { execFileSync } from 'node:child_process';
import { mkdtempSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** How small a disk is. */
export interface DiskSize {
  /** Bytes that can be written to it, in whole pages of 4096. */
  readonly bytes: number;
  /** How many files and folders it takes; any number where not said. */
  readonly files?: number;
}

/** Mounts a small disk for a test, and returns the path of its root. */
export function mountSmallDisk(context: TestContext, { bytes, files }: DiskSize): string {
  const path = mkdtempSync(join(tmpdir(), 'disk-'));
  const size = `size=${bytes}`;
  const options = files === undefined ? size : `${size},nr_inodes=${files + 1}`; // Its root is one.
  asRoot('mount', '--types', 'tmpfs', '--options', options, 'tmpfs', path);
  context.onTestFinished(() => asRoot('umount', '--lazy', path));
  return path;
}

/** Fills a disk but for so many bytes, in whole pages of 4096. */
export function fillDisk(path: string, freeBytes = 0): void {
  const { bavail, bsize } = statfsSync(path);
  writeFileSync(join(path, 'filler'), Buffer.alloc(bavail * bsize - freeBytes));
}

/** A runner's user may become root without a password. */
function asRoot(...command: readonly string[]): void {
  const [program = '', ...args] =
    process.getuid?.() === 0 ? command : ['sudo', '--non-interactive', ...command];
  execFileSync(program, args);
}
