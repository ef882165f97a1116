import {
  type ByteRange,
  type DynamicObject,
  type Parser,
  parseDynamicObject,
} from './dynamic-object.ts';

type ElfParser = Parser<DynamicObject | undefined>;

/**
 * Bytes at the beginning of a file that are kept until it is read. The strings of a program come
 * before the segment that says which of them count: in Node.js, of 126 MB, they end 3.3 MB behind
 * its beginning, and the segment begins at 108 MB.
 */
const defaultWindowSize = 8 * 1024 * 1024;

/**
 * Reads ELF files as they stream by, one after the other, with the same memory whatever their size:
 * the beginning of a file, and behind that the one part that is waited for.
 */
export class ElfReader {
  readonly #windowSize: number;
  /** The file's beginning. The system gives memory only to what was written. */
  #window: Buffer | undefined;
  #parser: ElfParser | undefined;
  /** What the parser asked for and did not get yet. */
  #wanted: ByteRange | undefined;
  /** The bytes of that, where it ends behind the window. */
  #part: Buffer | undefined;
  /** Bytes of the file that have gone by. */
  #position = 0;
  #result: DynamicObject | 'unread' | undefined;

  constructor(windowSize = defaultWindowSize) {
    this.#windowSize = windowSize;
  }

  /** Begins a file of `size` bytes. */
  start(size: number): void {
    this.#position = 0;
    this.#result = undefined;
    this.#parser = parseDynamicObject(size);
    this.#want(this.#parser.next());
  }

  /** Takes the file's next bytes, by copy. */
  push(bytes: Buffer): void {
    let start = 0;
    while (start < bytes.length && this.#wanted !== undefined) {
      const end = Math.min(bytes.length, start + this.#wanted.end - this.#position);
      this.#keep(bytes.subarray(start, end), this.#wanted);
      this.#answer();
      start = end;
    }
  }

  /**
   * What the file is, once all of it was pushed: `undefined` if nothing that a dyno's loader takes,
   * `unread` where the bytes that tell had gone by before it was known that they do.
   */
  get result(): DynamicObject | 'unread' | undefined {
    return this.#result;
  }

  #keep(bytes: Buffer, wanted: ByteRange): void {
    if (this.#position < this.#windowSize) {
      this.#window ??= Buffer.allocUnsafeSlow(this.#windowSize);
      bytes.copy(this.#window, this.#position);
    }
    if (this.#part) {
      const ahead = Math.max(wanted.start - this.#position, 0);
      bytes.subarray(ahead).copy(this.#part, this.#position + ahead - wanted.start);
    }
    this.#position += bytes.length;
  }

  /** Gives the parser what it waits for, as long as that is there. */
  #answer(): void {
    while (this.#wanted !== undefined && this.#wanted.end <= this.#position) {
      const { start, end } = this.#wanted;
      const answer = this.#part ?? this.#window?.subarray(start, end);
      this.#want((this.#parser as ElfParser).next(answer as Buffer));
    }
  }

  #want(step: IteratorResult<ByteRange, DynamicObject | undefined>): void {
    this.#wanted = undefined;
    this.#part = undefined;
    if (step.done) {
      this.#result = step.value;
    } else if (step.value.end <= this.#windowSize) {
      this.#wanted = step.value;
    } else if (this.#canBeTaken(step.value)) {
      this.#wanted = step.value;
      this.#part = this.#startPart(step.value);
    } else {
      this.#result = 'unread';
    }
  }

  /** Whether a part that ends behind the window is not too large, and nothing of it was lost. */
  #canBeTaken({ start, end }: ByteRange): boolean {
    const isThere = this.#position <= this.#windowSize || this.#position <= start;
    return isThere && end - start <= this.#windowSize;
  }

  #startPart({ start, end }: ByteRange): Buffer {
    const part = Buffer.allocUnsafe(end - start);
    const known = Math.min(this.#position, this.#windowSize);
    if (start < known) this.#window?.copy(part, 0, start, known);
    return part;
  }
}
