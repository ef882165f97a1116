/**
 * The 512-byte blocks of a tar archive, read and written as bytes.
 *
 * The `tar` package's `Header` and `Pax` classes are not used here: both hold a name as a string
 * that was decoded as UTF-8, so that a name in any other encoding comes out changed, and `Pax`
 * splits its records at line breaks, which a name may contain. Format: GNU tar manual, "Basic Tar
 * Format"; POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header".
 */
import { DeployError } from '../errors.ts';

/** What to do about an archive that is not as it was made. */
export const damagedRemedy =
  'Run again; if it stays, look for disk errors in the Docker engine’s log.';

/** Size in bytes of a tar block: headers are one block, contents are filled up to whole blocks. */
export const blockSize = 512;

/** A header's typeflag byte. */
export const entryType = {
  file: 0x30, // '0'
  hardLink: 0x31, // '1'
  symbolicLink: 0x32, // '2'
  characterDevice: 0x33, // '3'
  blockDevice: 0x34, // '4'
  folder: 0x35, // '5'
  fifo: 0x36, // '6'
  paxHeader: 0x78, // 'x': the next entry's long or exact fields
  paxGlobalHeader: 0x67, // 'g'
  longName: 0x4c, // 'L': the next entry's name (GNU)
  longLink: 0x4b, // 'K': the next entry's link target (GNU)
} as const;

/** One entry's header, as far as a slug keeps it. Names are bytes: tar knows no encoding. */
export interface TarHeader {
  readonly type: number;
  readonly name: Buffer;
  /** Target of a symbolic or hard link; empty elsewhere. */
  readonly linkName: Buffer;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Bytes of content that follow, without the filling. */
  readonly size: number;
}

/** Bytes that a content of `size` bytes takes in the archive: whole blocks. */
export function paddedSize(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}

/** Where the fields of a header begin and how long they are, in bytes. */
const field = {
  name: { start: 0, length: 100 },
  mode: { start: 100, length: 8 },
  owner: { start: 108, length: 8 },
  group: { start: 116, length: 8 },
  size: { start: 124, length: 12 },
  modified: { start: 136, length: 12 },
  checksum: { start: 148, length: 8 },
  type: { start: 156, length: 1 },
  linkName: { start: 157, length: 100 },
  magic: { start: 257, length: 8 },
  ownerName: { start: 265, length: 32 },
  groupName: { start: 297, length: 32 },
  prefix: { start: 345, length: 155 },
} as const;

interface Field {
  readonly start: number;
  readonly length: number;
}

/** Whether a block holds nothing but zeros; two of them end an archive. */
export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.equals(zeroBlock);
}

/** A block of zeros. */
export const zeroBlock = Buffer.alloc(blockSize);

/**
 * Reads one header block.
 * @throws DeployError where the checksum is wrong: what was read is no tar archive.
 */
export function readHeader(block: Buffer): TarHeader {
  if (checksumOf(block) !== readNumber(block, field.checksum)) {
    throw new DeployError(
      'This is not a tar archive, or a damaged one: a header in it has a wrong checksum.',
      damagedRemedy,
    );
  }
  return {
    type: block[field.type.start] as number,
    name: readName(block),
    linkName: readBytes(block, field.linkName),
    mode: readNumber(block, field.mode) & 0o7777,
    modified: readNumber(block, field.modified),
    size: readNumber(block, field.size),
  };
}

/**
 * The type of an entry, from that in its header and its whole name: before POSIX a file had a zero
 * byte for a type, and a folder that and a slash after its name.
 */
export function typeOf(type: number, name: Buffer): number {
  if (type !== 0) return type;
  return name[name.length - 1] === 0x2f ? entryType.folder : entryType.file;
}

/** POSIX archives keep the front of a long name in a field of its own; GNU's use that place otherwise. */
function readName(block: Buffer): Buffer {
  const name = readBytes(block, field.name);
  if (block[field.prefix.start] === 0 || !hasPosixMagic(block)) return name;
  return Buffer.concat([readBytes(block, field.prefix), slash, name]);
}

const slash = Buffer.from('/');

/** "ustar" and a zero byte is POSIX's; GNU's has a space in place of the zero. */
function hasPosixMagic(block: Buffer): boolean {
  return block.toString('latin1', field.magic.start, field.magic.start + 6) === 'ustar\0';
}

function readBytes(block: Buffer, { start, length }: Field): Buffer {
  const end = block.indexOf(0, start);
  const limit = start + length;
  // Copied, because the block is used again for the next header.
  return Buffer.from(block.subarray(start, end < 0 || end > limit ? limit : end));
}

/** Octal digits among spaces and zero bytes, or big-endian base 256 where the first bit is set (GNU). */
function readNumber(block: Buffer, { start, length }: Field): number {
  const first = block[start] as number;
  if (first >= 0x80) return readBase256(block, start, length);
  const end = start + length;
  let index = start;
  while (index < end && block[index] === 0x20) index++;
  let value = 0;
  for (; index < end; index++) {
    const digit = (block[index] as number) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  return value;
}

function readBase256(block: Buffer, start: number, length: number): number {
  // Two's complement: 0xff in front is a negative number, such as a time before 1970.
  let value = block[start] === 0xff ? -1 : (block[start] as number) & 0x7f;
  for (let index = start + 1; index < start + length; index++) {
    value = value * 256 + (block[index] as number);
  }
  return value;
}

/** Whose the entries of an archive are: user and group alike. */
export interface Owner {
  readonly id: number;
  /** An extractor that knows the name prefers it to the number; empty for none. */
  readonly name: string;
}

/** Takes a header's blocks, one by one. They are only lent. */
export type BlockSink = (block: Buffer) => void;

/**
 * Makes a writer of entries' header blocks in GNU format, all of one owner: names over 100 bytes go
 * before the header in entries of their own, named `././@LongLink`, as GNU tar writes them.
 */
export function headerWriter(owner: Owner): (header: TarHeader, out: BlockSink) => void {
  const empty = emptyHeader(owner);
  const scratch = Buffer.alloc(blockSize); // Written again and again: whoever takes it copies it at once.

  const writeBlock = (header: TarHeader, out: BlockSink) => {
    empty.copy(scratch);
    fill(scratch, header);
    out(scratch);
  };
  const writeLongName = (type: number, name: Buffer, out: BlockSink) => {
    const size = name.length + 1; // GNU tar counts the zero byte that ends the name.
    const fields = { type, name: longNameMark, linkName: nothing, mode: 0o644, modified: 0, size };
    writeBlock(fields, out);
    const content = Buffer.alloc(paddedSize(size));
    name.copy(content);
    out(content);
  };
  return (header, out) => {
    if (header.linkName.length > field.linkName.length) {
      writeLongName(entryType.longLink, header.linkName, out);
    }
    if (header.name.length > field.name.length) {
      writeLongName(entryType.longName, header.name, out);
    }
    writeBlock(header, out);
  };
}

const longNameMark = Buffer.from('././@LongLink');
const nothing = Buffer.alloc(0);

/** What is the same in every header of an archive. */
function emptyHeader(owner: Owner): Buffer {
  const block = Buffer.alloc(blockSize);
  writeNumber(block, field.owner, owner.id);
  writeNumber(block, field.group, owner.id);
  block.write('ustar  \0', field.magic.start, 'latin1'); // GNU's magic and version
  block.write(owner.name, field.ownerName.start, 'latin1');
  block.write(owner.name, field.groupName.start, 'latin1');
  return block;
}

function fill(block: Buffer, { type, name, linkName, mode, modified, size }: TarHeader): void {
  name.copy(block, field.name.start, 0, field.name.length);
  linkName.copy(block, field.linkName.start, 0, field.linkName.length);
  writeNumber(block, field.mode, mode);
  writeNumber(block, field.size, size);
  writeNumber(block, field.modified, modified);
  block[field.type.start] = type;
  // Six digits, a zero byte and a space: the one field that does not end in a zero byte.
  writeOctal(block, field.checksum.start, 6, checksumOf(block));
  block[field.checksum.start + 7] = 0x20;
}

function writeNumber(block: Buffer, { start, length }: Field, value: number): void {
  const digits = length - 1; // and a zero byte
  if (value >= 0 && value < 8 ** digits) writeOctal(block, start, digits, value);
  else writeBase256(block, start, length, value);
}

function writeOctal(block: Buffer, start: number, digits: number, value: number): void {
  let rest = value;
  for (let index = start + digits - 1; index >= start; index--) {
    block[index] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
}

function writeBase256(block: Buffer, start: number, length: number, value: number): void {
  let rest = value;
  for (let index = start + length - 1; index > start; index--) {
    block[index] = ((rest % 256) + 256) % 256;
    rest = Math.floor(rest / 256);
  }
  block[start] = value < 0 ? 0xff : 0x80;
}

/** Sum of the block's bytes with its checksum field taken as eight spaces. */
function checksumOf(block: Buffer): number {
  const afterChecksum = field.checksum.start + field.checksum.length;
  let sum = field.checksum.length * 0x20;
  for (let index = 0; index < field.checksum.start; index++) sum += block[index] as number;
  for (let index = afterChecksum; index < blockSize; index++) sum += block[index] as number;
  return sum;
}

/** What a pax header says about the entry after it, as far as a slug keeps it. */
export interface PaxRecords {
  readonly path?: Buffer;
  readonly linkpath?: Buffer;
  /** Bytes. */
  readonly size?: number;
  /** Whole seconds since 1970. */
  readonly mtime?: number;
}

/**
 * Reads the records of a pax header: `<length> <key>=<value>\n` each, the length in decimal and
 * of the whole record. Values may hold any byte.
 * @throws DeployError where a record is not of that form, or a name holds a zero byte.
 */
export function readPaxRecords(content: Buffer): PaxRecords {
  const records: { -readonly [Key in keyof PaxRecords]: PaxRecords[Key] } = {};
  let start = 0;
  while (start < content.length) {
    const space = content.indexOf(0x20, start);
    const length = Number(content.toString('latin1', start, space));
    const equals = content.indexOf(0x3d, space);
    const end = start + length;
    if (!(length > 0) || equals < 0 || equals >= end || content[end - 1] !== 0x0a) {
      throw damagedPaxHeader();
    }
    const key = content.toString('latin1', space + 1, equals);
    const value = content.subarray(equals + 1, end - 1);
    if (key === 'path' || key === 'linkpath') {
      if (value.includes(0)) throw damagedPaxHeader(); // No file system has such a name.
      records[key] = value;
    }
    if (key === 'size') records.size = paxNumber(value, /^\d+$/);
    if (key === 'mtime') records.mtime = Math.floor(paxNumber(value, /^-?\d+(?:\.\d*)?$/));
    start = end;
  }
  return records;
}

function paxNumber(value: Buffer, form: RegExp): number {
  const text = value.toString('latin1');
  if (!form.test(text)) throw damagedPaxHeader();
  return Number(text);
}

function damagedPaxHeader(): DeployError {
  return new DeployError(
    'The tar archive is damaged: a pax header in it cannot be read.',
    damagedRemedy,
  );
}
