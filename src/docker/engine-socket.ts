import { connect } from 'node:net';

/** Bytes that are read from the socket at once; Linux keeps about 200 KiB of a stream between two processes. */
const readSize = 256 * 1024;

/** An answer of the engine's API. */
export interface EngineAnswer {
  readonly status: number;
  /**
   * The body, in the pieces in which it comes. Each is lent until the next is asked for: they
   * share their memory. It is to be read to its end, or left with an error or a `break`.
   */
  readonly body: AsyncIterable<Buffer>;
}

/**
 * Asks the engine's API for something large over its local socket.
 *
 * This is HTTP/1.0 by hand and not undici or `node:http`, because both allocate memory for each
 * piece of the body: with undici a slug of 680 MB took 1.2 s more of a core out of 10, and the
 * process 50 MB more memory at its peak. The engine answers HTTP/1.0 without the chunks of HTTP/1.1,
 * and ends the body by closing the connection (RFC 1945, 7.2.2), so that a body must show by
 * itself whether it is whole; a tar archive does.
 * @param path of the API, query included, percent-encoded.
 * @throws the signal's reason on its abort, and what the socket says where it fails.
 */
export async function getFromEngine(
  socketPath: string,
  path: string,
  signal: AbortSignal,
): Promise<EngineAnswer> {
  const request = `GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`;
  const stream = exchange(socketPath, request, signal);
  let head = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error('the engine closed the connection without an answer');
    head = Buffer.concat([head, value]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const status = Number(head.toString('latin1').split(' ', 2)[1]);
    return { status, body: continued(head.subarray(end + 4), stream) };
  }
}

async function* continued(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    await rest.return(undefined); // Closes the socket where the first piece was the last one wanted.
  }
}

/** Sends a request and gives back all bytes of the answer, always in the same memory. */
async function* exchange(
  socketPath: string,
  request: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const memory = Buffer.allocUnsafe(readSize);
  const state: { received: number; ended: boolean; failure?: Error; wake: () => void } = {
    received: 0,
    ended: false,
    wake: () => {},
  };
  const socket = connect({
    path: socketPath,
    signal,
    onread: {
      buffer: memory,
      callback: (count) => {
        state.received = count;
        state.wake();
        return false; // Reads no more before `resume`: the memory is in use.
      },
    },
  });
  socket.on('error', (error) => {
    state.failure = error;
    state.wake();
  });
  socket.on('end', () => {
    state.ended = true;
    state.wake();
  });
  socket.write(request);
  try {
    for (;;) {
      const nothingYet = state.received === 0 && !state.ended && !state.failure;
      if (nothingYet) await new Promise<void>((resolve) => (state.wake = resolve));
      signal.throwIfAborted();
      if (state.failure) throw state.failure;
      if (state.received === 0) return;
      const count = state.received;
      state.received = 0;
      yield memory.subarray(0, count);
      socket.resume();
    }
  } finally {
    socket.destroy();
  }
}
