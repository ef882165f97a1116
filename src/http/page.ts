import { request } from 'undici';
import { Connections, userAgent } from './connections.ts';
import { NoAnswerError } from './http-error.ts';

/** What a server answered, whatever its status is. */
export interface Page {
  /** HTTP status; a redirect is not followed. */
  readonly status: number;
  /** The first 64 KiB of the body. */
  readonly text: string;
}

const longestBytes = 64 * 1024;

/**
 * GETs a URL once, over a connection of its own: one that was kept may lead to what was there before.
 * @throws NoAnswerError where none came in time, the signal's reason where that ended it.
 */
export async function fetchPage(
  url: string,
  options: { readonly signal: AbortSignal; readonly timeoutMilliseconds: number },
): Promise<Page> {
  const { signal, timeoutMilliseconds } = options;
  const connections = new Connections(timeoutMilliseconds);
  try {
    const { statusCode, body } = await request(url, {
      headers: { 'user-agent': userAgent },
      dispatcher: connections.dispatcher(url),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
    });
    return { status: statusCode, text: await readBeginning(body) };
  } catch (error) {
    signal.throwIfAborted();
    throw new NoAnswerError(`GET ${url}`, error, 'the app’s log');
  } finally {
    await connections.close();
  }
}

async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= longestBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, longestBytes).toString();
}
