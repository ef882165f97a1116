import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from './platform.ts';

const pauseMilliseconds = 100;

/**
 * Answers at a release's `output_stream_url` with what its release phase wrote, and goes on until
 * that is over, which is before the release is. Until it has begun there is nothing there. Both are
 * so on the platform (heroku/cli, issue 1271).
 */
export async function answerReleaseOutput(
  platform: Platform,
  releaseId: string,
  response: ServerResponse,
): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(platform.folder.releaseOutput(releaseId));
  } catch {
    response.writeHead(404).end();
    return;
  }
  try {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' });
    await follow(platform, releaseId, file, response);
  } finally {
    await file.close();
  }
  response.end();
}

async function follow(
  { releasePhases }: Platform,
  releaseId: string,
  file: Awaited<ReturnType<typeof open>>,
  response: ServerResponse,
): Promise<void> {
  for (;;) {
    // Asked before reading, so that what was written last is read.
    const isOver = !releasePhases.has(releaseId);
    for (let read = await file.read(); read.bytesRead > 0; read = await file.read()) {
      response.write(read.buffer.subarray(0, read.bytesRead));
    }
    if (isOver || response.destroyed) return;
    await delay(pauseMilliseconds);
  }
}
