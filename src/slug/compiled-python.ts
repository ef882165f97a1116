import { entryType, type TarHeader } from '../tar/header.ts';
import type { ContentSink } from '../tar/reader.ts';

/** What Python holds a source against: the low 32 bits of its time and of its size in bytes. */
interface Stamp {
  readonly modified: number;
  readonly size: number;
}

/** Caches that went by before their source. */
interface EarlyCaches {
  /** The source that they are of: the one that the first of them was compiled from. */
  readonly stamp: Stamp;
  readonly headers: TarHeader[];
}

/**
 * Keeps Python's compiled modules as good as they were when all that is in a slug gets one time.
 * Python takes `__pycache__/x.cpython-313.pyc` for `x.py` where its header has the time and size
 * of `x.py` (PEP 3147, PEP 552), so that with other times it would compile everything at each boot of
 * a dyno. The header of one that was valid gets the new time here, as it goes by. One that was not
 * stays so: it gets another time, or, where its source comes later and turns out to be another, it
 * is written once more, empty, over the first.
 *
 * Left alone are those that go by the source's hash, which stay valid, and those of Python before
 * 3.7 and of PyPy, whose headers are others: they are compiled anew on the dyno.
 */
export class CompiledPython {
  readonly #valid: number;
  readonly #stale: number;
  /** Sources that went by, by their path without `.py`; nothing matches one without a stamp. */
  readonly #sources = new Map<string, Stamp | undefined>();
  readonly #early = new Map<string, EarlyCaches>();
  /** The cache that goes by, and its beginning as far as it has come. */
  #cache: TarHeader | undefined;
  readonly #head = Buffer.alloc(headSize);
  #headLength = headSize;

  /** @param modified time of all files in the slug, in seconds since 1970. */
  constructor(modified: number) {
    this.#valid = modified >>> 0;
    this.#stale = (modified + 1) >>> 0;
  }

  /**
   * Begins a file or a link, whose names are the slug's and whose time is still that of the image.
   * @returns the headers that are to be written for it, in order; content follows on the last.
   */
  start(header: TarHeader): readonly TarHeader[] {
    this.#headLength = headSize;
    if (endsWith(header.name, sourceSuffix)) return this.#startSource(header);
    if (endsWith(header.name, cacheSuffix)) return this.#startCache(header);
    return [header];
  }

  /** Takes the next bytes of the file's content, filling included, and gives them on. */
  push(bytes: Buffer, output: ContentSink): void {
    if (this.#headLength === headSize) {
      output(bytes);
      return;
    }
    const length = bytes.copy(this.#head, this.#headLength);
    this.#headLength += length;
    if (this.#headLength < headSize) return;
    this.#renewHead();
    output(this.#head);
    if (length < bytes.length) output(bytes.subarray(length));
  }

  #startSource(header: TarHeader): readonly TarHeader[] {
    const source = withoutSuffix(header.name);
    const stamp = this.#stampOf(header);
    const early = this.#early.get(source);
    this.#sources.set(source, stamp);
    this.#early.delete(source);
    if (early === undefined || isSame(early.stamp, stamp)) return [header];
    return [...early.headers.map(emptied), header];
  }

  /** A link has the time and size of what it leads to, which may be anything if it is no hard link. */
  #stampOf({ type, modified, size, linkName }: TarHeader): Stamp | undefined {
    if (type === entryType.file) return { modified: modified >>> 0, size: size >>> 0 };
    if (type !== entryType.hardLink || !endsWith(linkName, sourceSuffix)) return undefined;
    return this.#sources.get(withoutSuffix(linkName));
  }

  #startCache(header: TarHeader): readonly TarHeader[] {
    if (header.type !== entryType.file) return [this.#linkedCache(header)];
    if (header.size < headSize) return [header];
    this.#cache = header;
    this.#headLength = 0;
    return [header];
  }

  /** A link to the cache of another source would be judged by that one. */
  #linkedCache(header: TarHeader): TarHeader {
    const source = sourceOf(header.name);
    if (source === undefined) return header;
    if (header.type !== entryType.hardLink || sourceOf(header.linkName) !== source) {
      return emptied(header);
    }
    this.#early.get(source)?.headers.push(header);
    return header;
  }

  #renewHead(): void {
    const head = this.#head;
    if (this.#cache === undefined || !goesByTime(head)) return;
    const stamp = { modified: head.readUInt32LE(timeStart), size: head.readUInt32LE(sizeStart) };
    const time = this.#isValid(this.#cache, stamp) ? this.#valid : this.#stale;
    head.writeUInt32LE(time, timeStart);
  }

  /** Whether a cache is taken to be valid: as long as its source has not come, it is. */
  #isValid(header: TarHeader, stamp: Stamp): boolean {
    const source = sourceOf(header.name);
    if (source === undefined) return false;
    if (this.#sources.has(source)) return isSame(stamp, this.#sources.get(source));
    const early = this.#early.get(source);
    if (early === undefined) {
      this.#early.set(source, { stamp, headers: [header] });
      return true;
    }
    if (!isSame(stamp, early.stamp)) return false;
    early.headers.push(header);
    return true;
  }
}

const sourceSuffix = Buffer.from('.py');
const cacheSuffix = Buffer.from('.pyc');

/** Of a compiled module's header (PEP 552): magic number and "\r\n", flags, the source's time, its size. */
const headSize = 16;
const flagsStart = 4;
const timeStart = 8;
const sizeStart = 12;

/** PEP 552 came with this magic number, in Python 3.7; those of Python 1 and 2 begin at the other (Lib/importlib/_bootstrap_external.py). */
const firstMagic = 3392;
const firstMagicOfOld = 20121;

/** Whether this is the header of a module that is held against its source's time, not its hash. */
function goesByTime(head: Buffer): boolean {
  const magic = head.readUInt16LE(0);
  return (
    magic >= firstMagic &&
    magic < firstMagicOfOld &&
    head.readUInt16BE(2) === 0x0d0a &&
    head.readUInt32LE(flagsStart) === 0
  );
}

/** `x.cpython-313.pyc`, `x.cpython-313.opt-2.pyc` (PEP 488). Others, pytest's for one, have sources that their names do not tell. */
const cachePath = /^((?:.*\/)?)__pycache__\/([^/]+)\.cpython-\d+[a-z]?(?:\.opt-\w+)?\.pyc$/s;

/** Path, without `.py`, of the source that Python holds a cache against; none if it never does. */
function sourceOf(cache: Buffer): string | undefined {
  const [, folder, name] = cachePath.exec(cache.toString('latin1')) ?? [];
  return name === undefined ? undefined : `${folder}${name}`;
}

/** In bytes, one to a character: names need not be text. */
function withoutSuffix(source: Buffer): string {
  return source.toString('latin1', 0, source.length - sourceSuffix.length);
}

function endsWith(name: Buffer, suffix: Buffer): boolean {
  const start = name.length - suffix.length;
  return start >= 0 && name.compare(suffix, 0, suffix.length, start) === 0;
}

function isSame(stamp: Stamp, other: Stamp | undefined): boolean {
  return stamp.modified === other?.modified && stamp.size === other.size;
}

/** Python compiles anew where it finds an empty file. */
function emptied(header: TarHeader): TarHeader {
  return { ...header, type: entryType.file, linkName: Buffer.alloc(0), size: 0 };
}
