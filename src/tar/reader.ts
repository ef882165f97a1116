import { DeployError } from '../errors.ts';
import {
  blockSize,
  damagedRemedy,
  entryType,
  isZeroBlock,
  type PaxRecords,
  paddedSize,
  readHeader,
  readPaxRecords,
  type TarHeader,
  typeOf,
} from './header.ts';

/**
 * Takes the pieces of an entry's content, filling included, as they come. They are only lent: the
 * buffer is used again afterwards.
 */
export type ContentSink = (bytes: Buffer) => void;

/** Longest pax header or GNU long name that is read, in bytes. Linux's own limit for a path is 4096. */
const longestMetaEntry = 1 << 20;

/**
 * Reads a tar archive that comes in pieces of any size. Nothing is kept but the header that is
 * being read. Pax headers (POSIX, what Docker writes) and GNU's long names are taken into the
 * header of the entry they belong to.
 */
export class TarReader {
  readonly #onEntry: (header: TarHeader) => ContentSink | undefined;
  readonly #block = Buffer.alloc(blockSize);
  /** Bytes of {@link #block} that have arrived. */
  #blockLength = 0;
  /** Bytes of the current entry's content, filling included, that have not arrived. */
  #remaining = 0;
  #sink: ContentSink | undefined;
  #whenComplete: (() => void) | undefined;
  #longName: Buffer | undefined;
  #longLink: Buffer | undefined;
  #pax: PaxRecords = {};
  #zeroBlocks = 0;

  /** @param onEntry is told each entry, and answers where its content is to go, if anywhere. */
  constructor(onEntry: (header: TarHeader) => ContentSink | undefined) {
    this.#onEntry = onEntry;
  }

  /**
   * Takes the next bytes of the archive.
   * @throws DeployError where they are no tar archive, and whatever `onEntry` and its sinks throw.
   */
  push(chunk: Buffer): void {
    let start = 0;
    while (start < chunk.length && !this.#ended) {
      start +=
        this.#remaining > 0 ? this.#pushContent(chunk, start) : this.#pushHeader(chunk, start);
    }
  }

  /**
   * Says that no more bytes come.
   * @throws DeployError where the archive's own end, two blocks of zeros, was not reached: the
   *   stream was cut off.
   */
  end(): void {
    if (this.#ended) return;
    throw new DeployError(
      'The tar archive ends too early: it was cut off.',
      'The Docker engine may have been stopped or run out of memory; see its log and run again.',
    );
  }

  get #ended(): boolean {
    return this.#zeroBlocks === 2;
  }

  #pushContent(chunk: Buffer, start: number): number {
    const length = Math.min(this.#remaining, chunk.length - start);
    this.#sink?.(chunk.subarray(start, start + length));
    this.#remaining -= length;
    if (this.#remaining === 0) this.#completeEntry();
    return length;
  }

  #completeEntry(): void {
    const whenComplete = this.#whenComplete;
    this.#whenComplete = undefined;
    whenComplete?.();
  }

  #pushHeader(chunk: Buffer, start: number): number {
    const length = Math.min(blockSize - this.#blockLength, chunk.length - start);
    chunk.copy(this.#block, this.#blockLength, start, start + length);
    this.#blockLength += length;
    if (this.#blockLength === blockSize) {
      this.#blockLength = 0;
      this.#takeHeader();
    }
    return length;
  }

  #takeHeader(): void {
    if (isZeroBlock(this.#block)) {
      this.#zeroBlocks += 1;
      return;
    }
    this.#zeroBlocks = 0;
    const header = readHeader(this.#block);
    switch (header.type) {
      case entryType.paxHeader:
        this.#collect(header, (content) => {
          this.#pax = readPaxRecords(content);
        });
        break;
      case entryType.paxGlobalHeader: // Comments, in the archives that have one.
        this.#collect(header, () => {});
        break;
      case entryType.longName:
        this.#collect(header, (content) => {
          this.#longName = withoutZeros(content);
        });
        break;
      case entryType.longLink:
        this.#collect(header, (content) => {
          this.#longLink = withoutZeros(content);
        });
        break;
      default:
        this.#takeEntry(header);
    }
  }

  #takeEntry(header: TarHeader): void {
    const name = this.#pax.path ?? this.#longName ?? header.name;
    const type = typeOf(header.type, name);
    const size = isHeaderOnly(type) ? 0 : (this.#pax.size ?? header.size);
    this.#sink = this.#onEntry({
      type,
      name,
      linkName: this.#pax.linkpath ?? this.#longLink ?? header.linkName,
      mode: header.mode,
      modified: this.#pax.mtime ?? header.modified,
      size,
    });
    this.#remaining = paddedSize(size);
    this.#pax = {};
    this.#longName = undefined;
    this.#longLink = undefined;
  }

  #collect(header: TarHeader, use: (content: Buffer) => void): void {
    if (header.size > longestMetaEntry) {
      throw new DeployError(
        `The tar archive is damaged: it has a name of ${header.size} bytes.`,
        damagedRemedy,
      );
    }
    const pieces: Buffer[] = [];
    this.#sink = (piece) => pieces.push(Buffer.from(piece));
    this.#remaining = paddedSize(header.size);
    this.#whenComplete = () => use(Buffer.concat(pieces).subarray(0, header.size));
    if (this.#remaining === 0) this.#completeEntry();
  }
}

/**
 * Whether entries of a type have no content whatever their size field says; the rule of Go's
 * archive/tar, with which Docker writes.
 */
function isHeaderOnly(type: number): boolean {
  return type >= entryType.hardLink && type <= entryType.fifo;
}

function withoutZeros(content: Buffer): Buffer {
  const end = content.indexOf(0);
  return end < 0 ? content : content.subarray(0, end);
}
