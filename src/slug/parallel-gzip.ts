import { availableParallelism } from 'node:os';
import { crc32 } from 'node:zlib';
import { DeflatePool } from './deflate-pool.ts';

/** Deflate looks back this far (RFC 1951, 2), in bytes: all that is of use as a dictionary. */
const windowSize = 32 * 1024;

/**
 * Bytes of input that a thread compresses at a time. Each block costs a fresh zlib state and a
 * message: blocks of 128 KiB take 6 % longer, of 4 MiB 1 % less, and the output is as large.
 */
const defaultBlockSize = 1024 * 1024;

/**
 * The engine does not send faster than these compress: measured, it sends some 160 MB a second, and
 * a thread takes some 90. More would only cost memory, each about 15 MB.
 */
const mostThreads = 4;

/**
 * Blocks that may be on their way to the output before the writer is to wait: enough that the
 * threads have work while the engine is slow, and the engine has room while they are. Measured on
 * 2 cores: with 6 a slug takes 15 % longer, with 32 it takes as long and 12 MB more memory.
 */
const mostInFlight = 16;

/** How a {@link ParallelGzip} compresses. */
export interface ParallelGzipOptions {
  /** zlib's level, 1 (fast) to 9 (small). */
  readonly level: number;
  /** Bytes of input in a block. */
  readonly blockSize?: number;
  /** Takes the compressed bytes, in order, one piece after the other. */
  readonly output: (bytes: Uint8Array) => Promise<void>;
}

/**
 * Compresses to gzip (RFC 1952) on all cores, the way pigz does: the input is cut into blocks that
 * are deflated at the same time, each with the end of the block before it as its dictionary, and
 * put one after the other into one deflate stream. The result is a single gzip member, since some
 * readers (Ruby's `Zlib::GzipReader`) stop after the first.
 */
export class ParallelGzip {
  readonly #output: (bytes: Uint8Array) => Promise<void>;
  readonly #blockSize: number;
  readonly #pool: DeflatePool;
  /** Memory of blocks that were compressed, for the next ones. */
  readonly #freeMemory: SharedArrayBuffer[] = [];
  /** The pieces of output that are under way, the oldest first. */
  readonly #inFlight: Promise<void>[] = [];
  /** The block that is being filled: room for a dictionary, then the block. */
  #memory: Buffer<SharedArrayBuffer>;
  /** Bytes that {@link #memory}'s dictionary and block have. */
  #dictionaryLength = 0;
  #blockLength = 0;
  #inputLength = 0;
  #checksum = 0;

  constructor(options: ParallelGzipOptions) {
    const threads = Math.min(availableParallelism(), mostThreads);
    this.#output = options.output;
    this.#blockSize = options.blockSize ?? defaultBlockSize;
    this.#pool = new DeflatePool(threads, options.level);
    this.#memory = this.#takeMemory();
    this.#enqueue(Promise.resolve(gzipHeader));
  }

  /** Takes the next bytes of input, by copy. The caller is to await {@link ready} now and then. */
  write(bytes: Buffer): void {
    let start = 0;
    while (start < bytes.length) {
      if (this.#blockLength === this.#blockSize) this.#compressBlock(false);
      const length = Math.min(bytes.length - start, this.#blockSize - this.#blockLength);
      bytes.copy(this.#memory, windowSize + this.#blockLength, start, start + length);
      this.#blockLength += length;
      start += length;
    }
  }

  /** Whether the writer should await {@link ready} before it writes on. */
  get isFull(): boolean {
    return this.#inFlight.length >= mostInFlight;
  }

  /**
   * Waits until there is room for more.
   * @throws what the output threw.
   */
  async ready(): Promise<void> {
    while (this.isFull) await this.#inFlight[0];
  }

  /**
   * Ends the input, and waits until all output was taken.
   * @throws what the output threw.
   */
  async end(): Promise<void> {
    this.#compressBlock(true);
    this.#enqueue(Promise.resolve(gzipTrailer(this.#checksum, this.#inputLength)));
    await this.#inFlight.at(-1);
  }

  /** Ends the threads; to be called whatever happened. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  #takeMemory(): Buffer<SharedArrayBuffer> {
    const size = windowSize + this.#blockSize;
    return Buffer.from(this.#freeMemory.pop() ?? new SharedArrayBuffer(size));
  }

  #compressBlock(isLast: boolean): void {
    const memory = this.#memory;
    const end = windowSize + this.#blockLength;
    this.#checksum = crc32(memory.subarray(windowSize, end), this.#checksum);
    this.#inputLength += this.#blockLength;
    const deflated = this.#pool.deflate({
      memory: memory.buffer,
      start: windowSize,
      dictionaryLength: this.#dictionaryLength,
      length: this.#blockLength,
      isLast,
    });
    if (!isLast) this.#startBlock(memory, end);
    this.#enqueue(
      deflated.then((bytes) => {
        this.#freeMemory.push(memory.buffer);
        return bytes;
      }),
    );
  }

  /** Starts a block whose dictionary is the end of the one in `previous`. */
  #startBlock(previous: Buffer, end: number): void {
    this.#memory = this.#takeMemory();
    this.#dictionaryLength = Math.min(windowSize, this.#dictionaryLength + this.#blockLength);
    this.#blockLength = 0;
    previous.copy(
      this.#memory,
      windowSize - this.#dictionaryLength,
      end - this.#dictionaryLength,
      end,
    );
  }

  /** Puts a piece of output after those that are under way. */
  #enqueue(piece: Promise<Uint8Array>): void {
    const previous = this.#inFlight.at(-1) ?? Promise.resolve();
    const written = (async () => {
      await previous;
      await this.#output(await piece);
      void this.#inFlight.shift();
    })();
    // Whoever waits for room or for the end gets the first error; nobody may be waiting for it yet.
    piece.catch(() => {});
    written.catch(() => {});
    this.#inFlight.push(written);
  }
}

/** RFC 1952, 2.3: no name and no time, so that the same app makes the same bytes; made on Unix. */
const gzipHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

/** CRC-32 of the input, and its length modulo 2^32. */
function gzipTrailer(checksum: number, inputLength: number): Uint8Array {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(inputLength % 2 ** 32, 4);
  return trailer;
}
