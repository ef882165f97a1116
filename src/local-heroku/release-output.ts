import { type FileHandle, open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from './platform.ts';

const pauseMilliseconds = 100;

/**
 * Answers at a release's `output_stream_url` with what its release phase wrote, and goes on until
 * that is over, which is before the release is. Until it has begun there is nothing there. Both are
 * so on the platform (heroku/cli, issue 1271). Whoever lost the stream may ask for the rest alone.
 */
export async function answerReleaseOutput(
  platform: Pick<Platform, 'folder' | 'releasePhases'>,
  releaseId: string,
  response: ServerResponse,
): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(platform.folder.releaseOutput(releaseId));
  } catch {
    response.writeHead(404).end();
    return;
  }
  try {
    const start = startOf(response.req);
    // Asked before the size, which is then the last one.
    const isWhole = !platform.releasePhases.has(releaseId);
    const { size } = await file.stat();
    if (start > size || (isWhole && start > 0 && start === size)) {
      response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
      return;
    }
    response.writeHead(start === 0 ? 200 : 206, {
      'Content-Type': 'text/plain; charset=utf-8',
      ...(start > 0 && { 'Content-Range': `bytes ${start}-/*` }),
    });
    response.flushHeaders(); // The first line may be long in coming.
    await follow(platform, releaseId, file, start, response);
  } finally {
    await file.close();
  }
  response.end();
}

async function follow(
  { releasePhases }: Pick<Platform, 'releasePhases'>,
  releaseId: string,
  file: FileHandle,
  start: number,
  response: ServerResponse,
): Promise<void> {
  let position = start;
  for (;;) {
    // Asked before reading, so that what was written last is read.
    const isOver = !releasePhases.has(releaseId);
    for (;;) {
      const { bytesRead, buffer } = await file.read({ position });
      if (bytesRead === 0) break;
      response.write(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    if (isOver || response.destroyed) return;
    await delay(pauseMilliseconds);
  }
}

/** `Range: bytes=<start>-`, the one form that is asked for here. */
function startOf({ headers }: IncomingMessage): number {
  const [, start] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
  return Number(start ?? 0);
}
