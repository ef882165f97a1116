/**
 * Reads what the dynamic loader is told by a program or a library in ELF, as the System V ABI and
 * its supplement for x86-64 have it (elf(5) on Linux has the same).
 */

/** What a program or a library says about the libraries that it is to be loaded with. */
export interface DynamicObject {
  /** Whether it is to be executed, and not only loaded by others. */
  readonly isProgram: boolean;
  /** Names of the libraries that it needs, in order. */
  readonly needed: readonly string[];
  /** Folders in which those are looked for first; `$ORIGIN` stands for the file's own folder. */
  readonly searchPath: readonly string[];
}

/** Bytes of a file, from `start` up to, but not with, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Asks for parts of a file, one after the other, each of which lies inside the file. */
export type Parser<Result> = Generator<ByteRange, Result, Buffer>;

/** The first bytes of every ELF file. */
export const elfMagic = Buffer.from('\x7fELF', 'latin1');

/**
 * Reads a file of `size` bytes. Nothing in it is believed: the answer is `undefined` for whatever
 * the loader of a dyno would not take, or that needs no loader.
 */
export function* parseDynamicObject(size: number): Parser<DynamicObject | undefined> {
  const header = yield* bytesAt(0, headerSize, size);
  if (header === undefined || !isForDynos(header)) return undefined;
  const segments = yield* parseSegments(header, size);
  const dynamic = segments.find(({ type }) => type === segmentType.dynamic);
  if (dynamic === undefined || dynamic.size > largestDynamicSegment) return undefined;
  const entries = yield* bytesAt(dynamic.offset, dynamic.size, size);
  if (entries === undefined) return undefined;
  const tags = readTags(entries);
  const hasLoader = segments.some(({ type }) => type === segmentType.interpreter);
  if (isStatic(tags, hasLoader)) return undefined;
  const strings = yield* parseStrings(tags, segments, size);
  if (strings === undefined) return undefined;
  return {
    // A C library can be executed as well, to tell its version, but it has a name to be loaded by.
    isProgram: hasLoader && !tags.has(tag.ownName),
    ...strings,
  };
}

const headerSize = 64;

/** Where the fields of the file header are that are read, in bytes. */
const headerField = {
  class: 4,
  byteOrder: 5,
  system: 7,
  type: 16,
  machine: 18,
  segments: 32,
  segmentSize: 54,
  segmentCount: 56,
} as const;

const fileType = { executable: 2, shared: 3 } as const;

/** Systems whose programs glibc's loader takes: System V, which is most of them, and GNU/Linux. */
const systems: ReadonlySet<number | undefined> = new Set([0, 3]);

function isForDynos(header: Buffer): boolean {
  const type = header.readUInt16LE(headerField.type);
  return (
    header.subarray(0, elfMagic.length).equals(elfMagic) &&
    header[headerField.class] === 2 && // 64 bit
    header[headerField.byteOrder] === 1 && // little endian
    systems.has(header[headerField.system]) &&
    header.readUInt16LE(headerField.machine) === 62 && // x86-64
    (type === fileType.executable || type === fileType.shared)
  );
}

interface Segment {
  readonly type: number;
  /** In the file. */
  readonly offset: number;
  /** In memory, once it is loaded. */
  readonly address: number;
  /** Bytes in the file. */
  readonly size: number;
}

const segmentSize = 56;
const segmentType = { load: 1, dynamic: 2, interpreter: 3 } as const;

function* parseSegments(header: Buffer, size: number): Parser<Segment[]> {
  if (header.readUInt16LE(headerField.segmentSize) !== segmentSize) return [];
  const count = header.readUInt16LE(headerField.segmentCount);
  const offset = readNumber(header, headerField.segments);
  const table = yield* bytesAt(offset, count * segmentSize, size);
  if (table === undefined) return [];
  return Array.from({ length: count }, (_, index) => readSegment(table, index * segmentSize));
}

function readSegment(table: Buffer, start: number): Segment {
  return {
    type: table.readUInt32LE(start),
    offset: readNumber(table, start + 8),
    address: readNumber(table, start + 16),
    size: readNumber(table, start + 32),
  };
}

/** Real ones have some 40 entries of 16 bytes. */
const largestDynamicSegment = 64 * 1024;

const tag = {
  end: 0,
  needed: 1,
  strings: 5,
  stringsSize: 10,
  ownName: 14,
  oldSearchPath: 15, // DT_RPATH
  searchPath: 29, // DT_RUNPATH
  flags: 0x6ffffffb, // DT_FLAGS_1
} as const;

type Tags = ReadonlyMap<number, readonly number[]>;

/** The values of each tag, in order. */
function readTags(entries: Buffer): Tags {
  const tags = new Map<number, number[]>();
  for (let start = 0; start + 16 <= entries.length; start += 16) {
    const name = readNumber(entries, start);
    if (name === tag.end) break;
    const values = tags.get(name);
    const value = readNumber(entries, start + 8);
    if (values) values.push(value);
    else tags.set(name, [value]);
  }
  return tags;
}

/** As glibc's loader: of a tag that may be there once, the last counts. */
function lastValue(tags: Tags, name: number): number | undefined {
  return tags.get(name)?.at(-1);
}

const positionIndependentProgram = 0x08000000; // DF_1_PIE

/** A static program that may be loaded anywhere has a dynamic segment, for its own relocations. */
function isStatic(tags: Tags, hasLoader: boolean): boolean {
  const flags = lastValue(tags, tag.flags) ?? 0;
  return !hasLoader && (flags & positionIndependentProgram) !== 0;
}

type Strings = Pick<DynamicObject, 'needed' | 'searchPath'>;

/** Longest name or search path that is read, its zero byte included, in bytes: Linux's own limit for a path. */
const longestString = 4096;
/** More than any real file needs: a hostile one may name the same string without end. */
const mostNeeded = 1024;

function* parseStrings(
  tags: Tags,
  segments: readonly Segment[],
  size: number,
): Parser<Strings | undefined> {
  const needed = tags.get(tag.needed) ?? [];
  const path = lastValue(tags, tag.searchPath) ?? lastValue(tags, tag.oldSearchPath);
  const places = path === undefined ? needed : [...needed, path];
  if (places.length === 0) return { needed: [], searchPath: [] };
  if (needed.length > mostNeeded) return undefined;

  const table = fileOffset(lastValue(tags, tag.strings) ?? 0, segments);
  const tableSize = lastValue(tags, tag.stringsSize) ?? 0;
  const first = places.reduce((least, place) => Math.min(least, place));
  const last = places.reduce((most, place) => Math.max(most, place));
  if (table === undefined || last >= tableSize) return undefined;
  const end = Math.min(last + longestString, tableSize, size - table);
  // Only what is between the first and the last: large programs have symbols' names for megabytes.
  const strings = yield* bytesAt(table + first, end - first, size);
  if (strings === undefined) return undefined;
  const text = (place: number) => readString(strings, place - first);
  const names = needed.map(text);
  const searchPath = path === undefined ? '' : text(path);
  if (searchPath === undefined || !names.every((name) => name !== undefined)) return undefined;
  return { needed: names, searchPath: searchPath === '' ? [] : searchPath.split(':') };
}

/** Where in the file the byte is that will be at an address. */
function fileOffset(address: number, segments: readonly Segment[]): number | undefined {
  const segment = segments.find(
    ({ type, address: start, size }) =>
      type === segmentType.load && address >= start && address < start + size,
  );
  return segment && segment.offset + (address - segment.address);
}

function readString(strings: Buffer, start: number): string | undefined {
  const end = strings.indexOf(0, start);
  const isWhole = end >= 0 && end - start < longestString;
  return isWhole ? strings.toString('utf8', start, end) : undefined;
}

/** Not exact above 2^53, but far more than any file has bytes all the same. */
function readNumber(buffer: Buffer, start: number): number {
  return Number(buffer.readBigUInt64LE(start));
}

/** Asks for bytes of a file, unless it has none there. */
function* bytesAt(start: number, length: number, size: number): Parser<Buffer | undefined> {
  const end = start + length;
  return length > 0 && end <= size ? yield { start, end } : undefined;
}
