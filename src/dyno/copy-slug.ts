import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DeployError, messageOf } from '../errors.ts';
import { dynoArchive } from './dyno-archive.ts';

/**
 * Unpacks a slug into a container that has not been started. It goes through the engine as a
 * stream, without a mount, for the engine may be on another machine.
 * @throws DeployError where the slug cannot be read or the engine refuses it.
 */
export async function copySlug(
  slugPath: string,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  const copy = spawn('docker', ['cp', '-', `${container}:/`], {
    stdio: ['pipe', 'ignore', 'pipe'],
    signal,
  });
  const refusal = collect(copy.stderr);
  const closed = once(copy, 'close') as Promise<[number | null]>;
  closed.catch(() => {}); // Awaited below, after the pipeline, which fails with it.
  const piped = pipeline(createReadStream(slugPath), createGunzip(), dynoArchive, copy.stdin, {
    signal,
  });
  const [fed, ended] = await Promise.allSettled([piped, closed]);
  signal.throwIfAborted();
  if (ended.status === 'rejected') throw ended.reason;
  if (ended.value[0] !== 0) throw copyFailed(slugPath, await refusal, fed);
  if (fed.status === 'rejected') throw copyFailed(slugPath, messageOf(fed.reason), fed);
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const piece of stream) text += piece.toString();
  return text.trim();
}

function copyFailed(slugPath: string, reason: string, fed: PromiseSettledResult<void>) {
  return new DeployError(
    `The slug ${slugPath} cannot be unpacked into a dyno: ${reason}`,
    'Make the slug again; if it fails again, check that the machine and the Docker engine have disk space left.',
    { cause: fed.status === 'rejected' ? fed.reason : undefined },
  );
}
