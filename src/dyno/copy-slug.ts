import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { startDocker } from '../docker/client.ts';
import { idleTimeout, Patience } from '../docker/patience.ts';
import { DeployError, messageOf } from '../errors.ts';
import { dynoArchive } from './dyno-archive.ts';

/** Sixteen times what zlib passes on by itself: with less, each step of the way costs more than its work. */
const pieceBytes = 256 * 1024;

/**
 * Unpacks a slug into a container that has not been started. It goes through the engine as a
 * stream, without a mount, for the engine may be on another machine.
 * @throws DeployError where the slug cannot be read, or the engine refuses it or takes nothing of it.
 */
export async function copySlug(
  slugPath: string,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  const patience = new Patience(idleTimeout, signal);
  try {
    await feed(slugPath, container, patience);
  } finally {
    patience.end();
  }
}

async function feed(slugPath: string, container: string, patience: Patience): Promise<void> {
  const { signal } = patience;
  const client = startDocker(['cp', '-', `${container}:/`], {
    stdio: ['pipe', 'ignore', 'pipe'],
    signal,
  });
  const { stdin, stderr } = client.process;
  const refusal = text(stderr as Readable);
  refusal.catch(() => {}); // It is cut off where the client had to be killed.
  const piped = pipeline(
    createReadStream(slugPath, { highWaterMark: pieceBytes }),
    createGunzip({ chunkSize: pieceBytes }),
    dynoArchive,
    (pieces: AsyncIterable<Buffer>) => watched(pieces, patience),
    stdin as Writable,
    { signal },
  );
  const [fed, ended] = await Promise.allSettled([piped, client.exitCode]);
  signal.throwIfAborted();
  if (ended.status === 'rejected') throw ended.reason;
  // The client has lost its input then, and complains of that.
  if (fed.status === 'rejected' && fed.reason instanceof DeployError) {
    throw copyFailed(slugPath, fed.reason.message, fed);
  }
  if (ended.value !== 0) throw copyFailed(slugPath, (await refusal).trim(), fed);
  if (fed.status === 'rejected') throw copyFailed(slugPath, messageOf(fed.reason), fed);
}

/** A piece is asked for when the engine has taken the one before. */
async function* watched(pieces: AsyncIterable<Buffer>, patience: Patience): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    patience.renew();
    yield piece;
  }
}

function copyFailed(slugPath: string, reason: string, fed: PromiseSettledResult<void>) {
  return new DeployError(
    `The slug ${slugPath} cannot be unpacked into a dyno: ${reason}`,
    'Make the slug again; if it fails again, check that the machine and the Docker engine have disk space left.',
    { cause: fed.status === 'rejected' ? fed.reason : undefined },
  );
}
