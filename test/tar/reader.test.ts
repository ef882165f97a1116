import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { entryType, readHeader, type TarHeader } from '../../src/tar/header.ts';
import { TarReader } from '../../src/tar/reader.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type EntryKind, type ListedEntry, list, pack } from './gnu-tar.ts';
import { lentPieces, pieceSizes } from './pieces.ts';
import { type PythonEntry, packWithPython } from './python-tar.ts';
import { contentOf, fileName, type TreeNode, tree, writeTree } from './tree.ts';

interface ReadEntry extends ListedEntry {
  readonly content: string;
}

/** What the reader makes of an archive that comes in pieces of these sizes. */
function read(archive: Buffer, sizes: readonly number[] = [archive.length]): ReadEntry[] {
  const entries: { header: TarHeader; pieces: Buffer[] }[] = [];
  const reader = new TarReader((header) => {
    const pieces: Buffer[] = [];
    entries.push({ header, pieces });
    return (bytes) => pieces.push(Buffer.from(bytes));
  });
  for (const piece of lentPieces(archive, sizes)) reader.push(piece);
  reader.end();
  return entries.map(({ header, pieces }) => ({
    ...listed(header),
    content: Buffer.concat(pieces).toString('latin1', 0, header.size),
  }));
}

function listed({ type, name, linkName, ...header }: TarHeader): ListedEntry {
  return {
    ...header,
    kind: kinds[type] ?? 'device',
    name: name.toString('latin1'),
    linkName: linkName.toString('latin1'),
  };
}

const kinds: Readonly<Record<number, EntryKind>> = {
  [entryType.file]: 'file',
  [entryType.folder]: 'folder',
  [entryType.symbolicLink]: 'symbolic link',
  [entryType.hardLink]: 'hard link',
  [entryType.fifo]: 'fifo',
};

function withoutContent(entries: readonly ReadEntry[]): ListedEntry[] {
  return entries.map(({ content: _, ...entry }) => entry);
}

/** Contents of the files of a tree by path. */
function contentsOf(nodes: readonly TreeNode[], folder = 'app'): Map<string, string> {
  const contents = new Map<string, string>();
  for (const node of nodes) {
    const path = `${folder}/${node.name}`;
    if (nodes.find(({ name }) => name === node.name) !== node) continue;
    if (node.kind === 'file') contents.set(path, contentOf(node.content).toString('latin1'));
    if (node.kind !== 'folder') continue;
    for (const [name, content] of contentsOf(node.children, path)) contents.set(name, content);
  }
  return contents;
}

const anyLength = { name: 255, target: 4000 };
const shortEnoughForUstar = { name: 12, target: 99 };

describe('an archive made by GNU tar', () => {
  test.each([
    ['gnu', anyLength],
    ['pax', anyLength],
    ['ustar', shortEnoughForUstar],
    ['v7', shortEnoughForUstar],
  ])('is read as GNU tar lists it, however it is cut (%s)', (format, longest) => {
    const folder = temporaryFolder();
    let run = 0;
    fc.assert(
      fc.property(tree(longest), pieceSizes, (nodes, sizes) => {
        const root = join(folder, String(run++));
        mkdirSync(root);
        writeTree(join(root, 'app'), nodes);
        const archive = pack(root, format, 'app');
        const entries = read(archive, sizes);
        expect(withoutContent(entries)).toEqual(list(archive));
        const contents = contentsOf(nodes);
        for (const { kind, name, content } of entries) {
          // The name that comes first has the content of a file with several names.
          if (kind === 'file') expect([...contents.values()]).toContain(content);
          if (kind === 'file' && contents.has(name)) expect(content).toBe(contents.get(name));
        }
      }),
      { numRuns: 25 },
    );
  });

  test('with long names cut in two for POSIX is read whole', () => {
    const path = `${'a'.repeat(90)}/${'b'.repeat(60)}/${'c'.repeat(99)}`;
    const folder = temporaryFolder({ [`app/${path}`]: 'text' });
    const archive = pack(folder, 'ustar', `app/${path}`);
    expect(read(archive, [100])).toMatchObject([{ name: `app/${path}`, content: 'text' }]);
  });
});

describe('an archive made by Python', () => {
  const name = (longest: number) =>
    fc.array(fileName(longest), { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
  const entry = (longest: number, modified: fc.Arbitrary<number>): fc.Arbitrary<PythonEntry> => {
    const common = {
      name: name(longest),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      modified,
    };
    const content = fc
      .uint8Array({ maxLength: 1500, size: 'max' })
      .map((bytes) => Buffer.from(bytes).toString('latin1'));
    return fc.oneof(
      fc.record({
        type: fc.constantFrom('REGTYPE', 'AREGTYPE'),
        content,
        linkName: fc.constant(''),
        ...common,
      }),
      fc.record({
        type: fc.constantFrom('DIRTYPE', 'FIFOTYPE', 'CHRTYPE'),
        content: fc.constant(''),
        linkName: fc.constant(''),
        ...common,
      }),
      fc.record({
        type: fc.constantFrom('SYMTYPE', 'LNKTYPE'),
        content: fc.constant(''),
        linkName: name(longest).map((text) => text.slice(0, longest < 100 ? 100 : 1000)),
        ...common,
      }),
    );
  };
  const aroundNow = fc.integer({ min: -(2 ** 32), max: 2 ** 36 });
  // GNU tar 1.34 adds the fraction of a time before 1970 where it is to be taken off.
  const fractions = aroundNow.map((seconds) => (seconds < 0 ? seconds : seconds / 8));

  test.each([
    ['USTAR_FORMAT', entry(50, fc.integer({ min: 0, max: 2 ** 33 - 1 }))],
    ['GNU_FORMAT', entry(255, aroundNow)],
    ['PAX_FORMAT', entry(255, fractions)],
  ])('is read as GNU tar lists it, however it is cut (%s)', (format, anyEntry) => {
    const anyArchive = fc.array(anyEntry, { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(anyArchive, { maxLength: 8 }), pieceSizes, (written, sizes) => {
        packWithPython(format, written).forEach((archive, index) => {
          const entries = read(archive, sizes);
          expect(withoutContent(entries)).toEqual(list(archive));
          const contents = written[index]?.map(({ content }) => content);
          expect(entries.map(({ content }) => content)).toEqual(contents);
        });
      }),
      { numRuns: 8 },
    );
  });

  test('with a name of which the front alone would be a folder’s is read as a file', () => {
    const name = `${'a'.repeat(99)}/file`;
    const file = {
      type: 'AREGTYPE',
      name,
      linkName: '',
      mode: 0,
      modified: 0,
      content: 'x',
    } as const;
    for (const archive of packWithPython('GNU_FORMAT', [[file]])) {
      expect(read(archive)).toMatchObject([{ kind: 'file', name, content: 'x' }]);
    }
  });
});

describe('an archive that is not whole', () => {
  /** Folders, long names, links and contents, in a format with meta entries of its own. */
  function whole(format: string): Buffer {
    const folder = temporaryFolder();
    const common = { mode: 0o644, modified: 1_600_000_000.5 };
    const content = { size: 700, seed: 1, compressible: true };
    writeTree(join(folder, 'app'), [
      { kind: 'file', name: 'short', content, ...common },
      { kind: 'file', name: 'long'.repeat(50), content, ...common },
      { kind: 'symbolic link', name: 'link', target: 'target/'.repeat(40), modified: 1 },
    ]);
    return pack(folder, format, '--sort=name', 'app');
  }

  test.each(['gnu', 'pax'])('is an error wherever it was cut off (%s)', (format) => {
    const archive = whole(format);
    fc.assert(
      fc.property(fc.nat(archive.length - 1), pieceSizes, (length, sizes) => {
        expect(() => read(archive.subarray(0, length), sizes)).toThrow(DeployError);
      }),
      { numRuns: 300 },
    );
    expect(() => read(archive)).not.toThrow();
  });

  test.each(['gnu', 'pax'])('says that it was cut off, and where to look (%s)', (format) => {
    const archive = whole(format);
    expect(() => read(archive.subarray(0, -512))).toThrow(
      expect.objectContaining({
        message: 'The tar archive ends too early: it was cut off.',
        remedy: expect.stringContaining('Docker engine'),
      }),
    );
  });

  test.each(['gnu', 'pax'])('is an error wherever a header was changed (%s)', (format) => {
    const archive = whole(format);
    const entries = read(archive);
    const headers = headerOffsets(archive);
    fc.assert(
      fc.property(
        fc.constantFrom(...headers),
        fc.nat(511),
        fc.integer({ min: 1, max: 255 }),
        (header, byte, change) => {
          const damaged = Buffer.from(archive);
          damaged[header + byte] = (damaged[header + byte] as number) ^ change;
          // Some bytes of the checksum's own field say nothing, such as the space after it.
          if (byte >= 148 && byte < 156) expectErrorOr(damaged, entries);
          else expect(() => read(damaged)).toThrow(DeployError);
        },
      ),
      { numRuns: 500 },
    );
  });

  function expectErrorOr(damaged: Buffer, entries: readonly ReadEntry[]): void {
    try {
      expect(read(damaged)).toEqual(entries);
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
    }
  }

  test('is never anything but an error or entries, whatever was changed', () => {
    const archives = [whole('gnu'), whole('pax')];
    const change = fc.tuple(fc.nat(10_000), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...archives),
        fc.array(change, { minLength: 1, maxLength: 20 }),
        pieceSizes,
        (archive, changes, sizes) => {
          const damaged = Buffer.from(archive);
          for (const [offset, byte] of changes) damaged[offset % damaged.length] = byte;
          expectErrorOrAny(damaged, sizes);
        },
      ),
      { numRuns: 500 },
    );
  });

  function expectErrorOrAny(damaged: Buffer, sizes: readonly number[]): void {
    try {
      for (const { size, modified } of read(damaged, sizes)) {
        expect(size).toBeGreaterThanOrEqual(0);
        expect(modified).not.toBeNaN();
      }
    } catch (error) {
      if (!(error instanceof DeployError)) throw error;
    }
  }

  test.each([
    ['a web page', Buffer.from('<html>'.repeat(200))],
    ['gzip', Buffer.from(`\x1f\x8b\x08${'\0'.repeat(600)}`, 'latin1')],
    ['one block', Buffer.alloc(512, 1)],
  ])('is an error where it is %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(DeployError);
    expect(() => read(bytes)).toThrow('not a tar archive, or a damaged one');
  });

  test.each([
    ['nothing', 0],
    ['one block of zeros', 512],
  ])('is an error where it is %s', (_, length) => {
    expect(() => read(Buffer.alloc(length))).toThrow('cut off');
  });

  test('is not looked at after its end', () => {
    const end = Buffer.alloc(1024);
    expect(read(Buffer.concat([end, Buffer.from('whatever '.repeat(300))]))).toEqual([]);
  });
});

/** Where an archive's header blocks are; pax sizes are those of the headers here. */
function headerOffsets(archive: Buffer): number[] {
  const offsets: number[] = [];
  let offset = 0;
  while (archive[offset] !== 0) {
    offsets.push(offset);
    offset += 512 + Math.ceil(readHeader(archive.subarray(offset)).size / 512) * 512;
  }
  return offsets;
}
