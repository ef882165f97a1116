import { createHash, randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { atExit } from '../at-exit.ts';
import { DeployError, messageOf } from '../errors.ts';
import { runId } from '../run.ts';

/** A file as it was written. */
export interface WrittenFile {
  /** Bytes. */
  readonly sizeBytes: number;
  /** SHA-256 as lower-case hexadecimal digits. */
  readonly sha256: string;
}

/**
 * A file that is written beside its final name and gets that name when it is whole, so that
 * nobody ever sees half of it. Size and SHA-256 are taken on the way.
 */
export class PartialFile {
  readonly #path: string;
  readonly #partialPath: string;
  readonly #handle: FileHandle;
  /** Takes back that it is removed with the process. */
  readonly #keep: () => void;
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;

  private constructor(path: string, partialPath: string, handle: FileHandle) {
    this.#path = path;
    this.#partialPath = partialPath;
    this.#handle = handle;
    this.#keep = atExit(() => rmSync(partialPath, { force: true }));
  }

  /** @throws DeployError where the file cannot be made. */
  static async open(path: string): Promise<PartialFile> {
    const partialPath = `${path}${ending(runId)}${randomUUID()}`;
    try {
      return new PartialFile(path, partialPath, await open(partialPath, 'wx'));
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** @throws DeployError where the disk is full. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.byteLength;
    try {
      await this.#handle.writeFile(bytes);
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }

  /** Gives the file its final name, in place of what had it. */
  async complete(): Promise<WrittenFile> {
    try {
      await this.#handle.close();
      await rename(this.#partialPath, this.#path);
    } catch (error) {
      throw fileError(error, this.#path);
    }
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.digest('hex') };
  }

  /** Removes what is there of the file; nothing, once it is complete. */
  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#partialPath, { force: true });
    this.#keep();
  }
}

/** Removes what a run that was killed has left of a file of this name. */
export async function removePartialFiles(path: string, run: string): Promise<void> {
  const folder = dirname(path);
  if (!existsSync(folder)) return;
  const start = `${basename(path)}${ending(run)}`;
  const left = (await readdir(folder)).filter((name) => name.startsWith(start));
  for (const name of left) await rm(join(folder, name), { force: true });
}

function ending(run: string): string {
  return `.partial-${run}-`;
}

function fileError(error: unknown, path: string): DeployError {
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
    return new DeployError(
      `The disk is full: ${path} does not fit on it.`,
      'Free some space, or set the slug-path input to a file on another disk.',
      { cause: error },
    );
  }
  return new DeployError(
    `The slug cannot be written: ${messageOf(error)}`,
    'Set the slug-path input to a file in a folder that exists and can be written to.',
    { cause: error },
  );
}
