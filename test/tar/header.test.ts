import { spawnSync } from 'node:child_process';
import { truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import {
  entryType,
  headerWriter,
  paddedSize,
  readHeader,
  readPaxRecords,
  type TarHeader,
} from '../../src/tar/header.ts';
import { TarReader } from '../../src/tar/reader.ts';
import { temporaryFolder } from '../support/folder.ts';
import { list, listLines, parseLine } from './gnu-tar.ts';
import { lentPieces, pieceSizes } from './pieces.ts';

const writeRoots = headerWriter({ id: 0, name: 'root' });

function written(header: TarHeader): Buffer {
  const blocks: Buffer[] = [];
  writeRoots(header, (block) => blocks.push(Buffer.from(block)));
  return Buffer.concat(blocks);
}

/** Reads the first entry's header; what follows it need not be there. */
function readFirst(archive: Buffer, sizes: readonly number[] = [512]): TarHeader | undefined {
  let first: TarHeader | undefined;
  const reader = new TarReader((header) => {
    first ??= header;
    return undefined;
  });
  for (const piece of lentPieces(archive, sizes)) reader.push(piece);
  return first;
}

const bytes = (longest: number) =>
  fc
    .oneof(
      fc.uint8Array({ minLength: 1, maxLength: longest }),
      fc
        .constantFrom(99, 100, 101, 155, 255, 256, 511, 512, 513, 4095)
        .map((length) => new Uint8Array(Math.min(length, longest)).fill(0x61)),
    )
    .map((name) => Buffer.from(name.map((byte) => byte || 0x62)));

const anyHeader: fc.Arbitrary<TarHeader> = fc.record({
  type: fc.constantFrom(entryType.file, entryType.folder, entryType.symbolicLink),
  name: bytes(4095),
  linkName: fc.oneof(fc.constant(Buffer.alloc(0)), bytes(4095)),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  modified: fc.oneof(
    fc.maxSafeInteger(),
    fc.integer(),
    fc.constantFrom(-1, 0, 8 ** 11 - 1, 8 ** 11, -(2 ** 40)),
  ),
  size: fc.oneof(
    fc.maxSafeNat(),
    fc.nat(),
    fc.constantFrom(0, 8 ** 11 - 1, 8 ** 11, 2 ** 43, Number.MAX_SAFE_INTEGER),
  ),
});

describe('a header', () => {
  test('comes back as it was written, with sizes over 8 GiB and times before 1970', () => {
    fc.assert(
      fc.property(anyHeader, pieceSizes, (header, sizes) => {
        const size = header.type === entryType.file ? header.size : 0;
        expect(readFirst(written(header), sizes)).toEqual({ ...header, size });
      }),
      { numRuns: 300 },
    );
  });

  test('is read by GNU tar as it was written', () => {
    fc.assert(
      fc.property(
        anyHeader.map((header) => ({ ...header, type: entryType.file, linkName: Buffer.alloc(0) })),
        fc.integer({ min: -(2 ** 35), max: 2 ** 37 }),
        (header, modified) => {
          // Only the header is there; GNU tar lists it, and then misses the content.
          const { lines } = listLines(written({ ...header, modified }), '--numeric-owner');
          const { mode, size } = header;
          // A name that ends in a slash is a folder's, as it was before POSIX.
          fc.pre(header.name.at(-1) !== 0x2f);
          const name = header.name.toString('latin1');
          const expected = { kind: 'file', name, linkName: '', mode, modified, size };
          expect(lines.slice(0, 1).map(parseLine)).toEqual([expected]);
          expect(lines[0]).toContain(' 0/0 ');
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each([
    ['gnu', '9 GiB', 9 * 2 ** 30, 1_600_000_000],
    ['pax', '9 GiB', 9 * 2 ** 30, 1_600_000_000],
    ['gnu', 'a time before 1970', 5, -86_400 * 365],
    ['pax', 'a time before 1970', 5, -86_400 * 365 - 0.5],
    ['gnu', '8 GiB less one byte', 8 ** 11 - 1, 0],
    ['gnu', '8 GiB', 8 ** 11, 0],
  ])('of GNU tar survives reading and writing (%s, %s)', (format, _, size, modified) => {
    const folder = temporaryFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    truncateSync(file, size);
    // Node takes a number below zero for the present.
    utimesSync(file, new Date(modified * 1000), new Date(modified * 1000));
    const { stdout } = spawnSync('bash', [
      '-c',
      `tar --format=${format} -C "$0" -cf - file | head -c 2048`,
      folder,
    ]);
    const header = readFirst(stdout.subarray(0, headersLength(stdout)));
    expect(header).toMatchObject({ size, modified: Math.floor(modified) });
    const { lines } = listLines(written(header as TarHeader));
    expect(lines.slice(0, 1).map(parseLine)).toMatchObject([
      { name: 'file', size, modified: Math.floor(modified) },
    ]);
  });

  /** Bytes of the headers in front of the first entry's content. */
  function headersLength(archive: Buffer): number {
    const { type, size } = readHeader(archive.subarray(0, 512));
    if (type !== entryType.paxHeader) return 512;
    return 512 + paddedSize(size) + 512;
  }

  test.each<[string, string, number]>([
    ['octal digits and a zero byte', '0000644\0', 0o644],
    ['octal digits and a space', '000644 \0', 0o644],
    ['spaces in front', '   644 \0', 0o644],
    ['digits to the last byte', '00000644', 0o644],
    ['nothing', '\0\0\0\0\0\0\0\0', 0],
    ['bits of the file’s type, which are dropped', '0100755\0', 0o755],
    ['base 256', '\x80\0\0\0\0\0\x01\xa4', 0o644],
  ])('with a mode of %s is read', (_, mode, value) => {
    const block = written({ ...plain, mode: 0 });
    block.write(mode, 100, 'latin1');
    expect(readHeader(withChecksum(block)).mode).toBe(value);
  });

  test.each<[string, string, number, number]>([
    ['a file', 'app/file', 0, entryType.file],
    ['a folder', 'app/folder/', 0, entryType.folder],
  ])('from before POSIX is %s’s', (_, name, type, read) => {
    const block = written({ ...plain, name: Buffer.from(name), type });
    expect(readFirst(block)?.type).toBe(read);
  });

  test('of another owner names nobody where no name is given', () => {
    const blocks: Buffer[] = [];
    headerWriter({ id: 1000, name: '' })(plain, (block) => blocks.push(Buffer.from(block)));
    const archive = Buffer.concat([...blocks, Buffer.alloc(1024)]);
    expect(listLines(archive).lines).toEqual([expect.stringContaining(' 1000/1000 ')]);
    expect(list(archive)).toMatchObject([{ name: 'app/file' }]);
  });

  const plain: TarHeader = {
    type: entryType.file,
    name: Buffer.from('app/file'),
    linkName: Buffer.alloc(0),
    mode: 0o644,
    modified: 0,
    size: 0,
  };

  function withChecksum(block: Buffer): Buffer {
    block.fill(' ', 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return block;
  }
});

describe('a pax header', () => {
  const record = (key: string, value: Buffer) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
    const fits = (digits: number) => String(rest.length + digits).length <= digits;
    const digits = [1, 2, 3, 4, 5].find(fits) ?? 6;
    return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
  };

  test('gives back any bytes of a name, whatever is between its records', () => {
    const bytes = (min: number) =>
      fc.uint8Array({ min, maxLength: 5000, size: 'max' }).map((text) => Buffer.from(text));
    const [name, value] = [bytes(1), bytes(0)];
    const other = fc.constantFrom('uid', 'SCHILY.xattr.user.a', 'comment', 'ctime', 'pathname');
    fc.assert(
      fc.property(name, name, other, value, (path, linkpath, key, text) => {
        const records = [
          record(key, text),
          record('path', path),
          record(key, text),
          record('linkpath', linkpath),
        ];
        expect(readPaxRecords(Buffer.concat(records))).toEqual({ path, linkpath });
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['1234.567', 1234],
    ['-1.5', -2],
    ['-0.5', -1],
    ['0', 0],
    ['99999999999', 99_999_999_999],
  ])('gives back a time in whole seconds: %s', (text, seconds) => {
    expect(readPaxRecords(record('mtime', Buffer.from(text)))).toEqual({ mtime: seconds });
  });

  test.each([
    ['a length of zero', '0 path=a\n'],
    ['a length below zero', '-9 path=a\n'],
    ['a length that is none', 'x path=a\n'],
    ['no length', 'path=a\n'],
    ['a length beyond its end', '99 path=a\n'],
    ['a length before its line break', '8 path=a\n'],
    ['a length that ends in its key', '4 p\n=a\n'],
    ['no equals sign', '8 path\n'],
    ['no line break', '9 path=a '],
    ['zeros after it', '10 path=a\n\0\0'],
    ['a size that is no number', '12 size=abc\n'],
    ['a size below zero', '11 size=-5\n'],
    ['a size with a fraction', '12 size=1.5\n'],
    ['no size', '8 size=\n'],
    ['a time that is no number', '13 mtime=abc\n'],
    ['an endless time', '18 mtime=Infinity\n'],
  ])('with %s is an error', (_, text) => {
    expect(() => readPaxRecords(Buffer.from(text))).toThrow(DeployError);
  });

  test('of any bytes is records or an error, and never anything else', () => {
    const likely = fc.array(
      fc.constantFrom(' ', '=', '\n', '9', '12', '-', 'path', 'size', 'mtime', 'e', '.', '\0'),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(likely, (parts) => {
        try {
          const { size = 0, mtime = 0 } = readPaxRecords(Buffer.from(parts.join('')));
          expect([Number.isInteger(size), size >= 0, Number.isInteger(mtime)]).toEqual([
            true,
            true,
            true,
          ]);
        } catch (error) {
          if (!(error instanceof DeployError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
