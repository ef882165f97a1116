import { Worker } from 'node:worker_threads';
import {
  type DeflatedBlock,
  type DeflateJob,
  type DeflateSettings,
  deflateWorker,
  lastMessage,
} from './deflate-worker.ts';

interface Pending {
  readonly resolve: (deflated: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  /** The jobs that it was given and has not answered, in order. */
  readonly pending: Pending[];
  readonly ended: Promise<void>;
}

/**
 * Threads that compress blocks to raw deflate, each one block at a time. Node's own thread pool is
 * as fast, but it has four threads however many cores there are, and cannot get more once it runs.
 */
export class DeflatePool {
  readonly #threads: Thread[];
  readonly #givenUp = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** @param level zlib's, 1 (fast) to 9 (small). */
  constructor(size: number, level: number) {
    const settings = { level, givenUp: this.#givenUp };
    this.#threads = Array.from({ length: size }, () => startThread(settings));
  }

  /** Compresses one block on the thread that has the least to do. */
  deflate(job: DeflateJob): Promise<Uint8Array> {
    const thread = this.#threads.reduce((least, other) =>
      other.pending.length < least.pending.length ? other : least,
    );
    return new Promise((resolve, reject) => {
      thread.pending.push({ resolve, reject });
      thread.worker.postMessage(job);
    });
  }

  /**
   * Ends all threads, each after the block it is at; what else they had to do is never answered.
   * None is terminated: Node aborts the whole process where a thread was just making a zlib stream
   * (`close before init`, seen with Node 24.21).
   */
  async close(): Promise<void> {
    Atomics.store(this.#givenUp, 0, 1);
    for (const { worker } of this.#threads) worker.postMessage(lastMessage);
    await Promise.all(this.#threads.map(({ ended }) => ended));
  }
}

function startThread(settings: DeflateSettings): Thread {
  const worker = new Worker(`(${deflateWorker})()`, { eval: true, workerData: settings });
  const pending: Pending[] = [];
  worker.on('message', ({ buffer, byteOffset, byteLength }: DeflatedBlock) => {
    pending.shift()?.resolve(new Uint8Array(buffer, byteOffset, byteLength));
  });
  worker.on('error', (error: Error) => {
    for (const { reject } of pending.splice(0)) reject(error);
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  worker.once('exit', () => resolve());
  return { worker, pending, ended };
}
