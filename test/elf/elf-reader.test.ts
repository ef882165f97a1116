import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ElfReader } from '../../src/elf/elf-reader.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';
import { elfFile, type Part } from './elf-file.ts';
import { type RealFiles, readRealFiles } from './real-files.ts';

/** What a reader makes of a file that comes in pieces of these sizes. */
function read(file: Buffer, windowSize?: number, sizes: readonly number[] = [65_536]) {
  const reader = new ElfReader(windowSize);
  reader.start(file.length);
  for (const piece of lentPieces(file, sizes)) reader.push(piece);
  return reader.result;
}

let real: RealFiles;

beforeAll(async () => {
  real = await readRealFiles();
}, 180_000);

describe('programs and libraries of a stack', () => {
  test('need what readelf says', () => {
    expect(real.expected.size).toBeGreaterThan(200);
    expect([...real.read.keys()].sort()).toEqual([...real.expected.keys()].sort());
    for (const [path, object] of real.expected) {
      expect({ path, ...(real.read.get(path) as object) }).toEqual({ path, ...object });
    }
  });

  test('are all told, those of Node.js too, 126 MB long and with what tells them at its end', () => {
    expect(real.read.get('/made/node')).toMatchObject({
      isProgram: true,
      needed: expect.arrayContaining(['libstdc++.so.6', 'libc.so.6']),
    });
  });

  test.each([
    ['program', { isProgram: true, needed: ['libc.so.6'], searchPath: [] }],
    ['stripped', { isProgram: true, needed: ['libc.so.6'], searchPath: [] }],
    ['fixed', { isProgram: true, needed: ['libc.so.6'], searchPath: [] }],
    ['new-path', { isProgram: true, needed: ['libc.so.6'], searchPath: ['$ORIGIN/lib'] }],
    ['old-path', { isProgram: true, searchPath: ['$ORIGIN/lib', '/app/lib'] }],
    ['addon.node', { isProgram: false, searchPath: ['$ORIGIN/../lib', '/app/lib'] }],
    ['alone.so', { isProgram: false, needed: [], searchPath: [] }],
  ])('are told of the compiler’s %s', (name, expected) => {
    expect(read(made(name))).toMatchObject(expected);
  });

  test('are in the order in which they are looked for', () => {
    const needed = ['liblibrary.so.1', 'libm.so.6', 'libc.so.6'];
    expect(read(made('addon.node'))).toMatchObject({ needed });
  });

  test.each(['static', 'static-pie', 'object.o', 'library.c'])(
    'are none for %s, which no loader takes',
    (name) => {
      expect(read(made(name))).toBeUndefined();
    },
  );

  test('are none where the machine or the system is another', () => {
    const changed = (place: number, value: number) => {
      const file = Buffer.from(made('program'));
      file[place] = value;
      return read(file);
    };
    expect(changed(4, 1)).toBeUndefined(); // 32 bit
    expect(changed(5, 2)).toBeUndefined(); // big endian
    expect(changed(7, 9)).toBeUndefined(); // FreeBSD
    expect(changed(18, 183)).toBeUndefined(); // arm64
    expect(changed(7, 3)).toMatchObject({ needed: ['libc.so.6'] }); // GNU/Linux, said aloud
  });
});

function made(name: string): Buffer {
  return real.made.get(`/made/${name}`) as Buffer;
}

const madeNames = ['program', 'fixed', 'old-path', 'addon.node', 'alone.so', 'liblibrary.so'];

describe('a file that streams by', () => {
  test('is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...madeNames), pieceSizes, (name, sizes) => {
        expect(read(made(name), undefined, sizes)).toEqual(read(made(name)));
      }),
    );
  });

  test('is read as it is or not at all, however little of it is kept', () => {
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(
        fc.constantFrom(...madeNames),
        fc.integer({ min: 1, max: 20_000 }),
        pieceSizes,
        (name, windowSize, sizes) => {
          const result = read(made(name), windowSize, sizes);
          seen.add(result === 'unread');
          if (result !== 'unread') expect(result).toEqual(read(made(name)));
        },
      ),
    );
    expect(seen).toEqual(new Set([true, false]));
  });

  test('leaves nothing behind for the next', () => {
    const reader = new ElfReader();
    for (const name of ['addon.node', 'static', 'program', 'object.o', 'alone.so']) {
      reader.start(made(name).length);
      reader.push(made(name));
      expect(reader.result).toEqual(read(made(name)));
    }
  });
});

const names = fc.array(fc.stringMatching(/^[a-z+.\d-]{1,40}$/), { maxLength: 20 });

const orders: readonly (readonly Part[])[] = [
  ['segments', 'dynamic', 'strings'],
  ['segments', 'strings', 'dynamic'],
  ['dynamic', 'segments', 'strings'],
  ['strings', 'dynamic', 'segments'],
];

describe('parts of a file', () => {
  test('are found wherever they are', () => {
    fc.assert(
      fc.property(
        names,
        fc.constantFrom(...orders),
        fc.nat(5000),
        pieceSizes,
        (needed, order, gap, sizes) => {
          const file = elfFile({ needed, order, gap, searchPath: '/a:$ORIGIN/b', hasLoader: true });
          const expected = { isProgram: true, needed, searchPath: ['/a', '$ORIGIN/b'] };
          expect(read(file, undefined, sizes)).toEqual(expected);
        },
      ),
    );
  });

  test('are read behind the window, if each comes after what says where it is', () => {
    fc.assert(
      fc.property(names, fc.nat(9000), pieceSizes, (needed, gap, sizes) => {
        const file = elfFile({ needed, order: ['segments', 'dynamic', 'strings'], gap });
        const expected = { isProgram: false, needed, searchPath: [] };
        expect(read(file, 2000, sizes)).toEqual(expected);
      }),
    );
  });

  test('that had gone by before are not guessed', () => {
    const lost = { needed: ['libc.so.6'], gap: 5000 };
    expect(read(elfFile({ ...lost, order: ['segments', 'strings', 'dynamic'] }), 2000)).toBe(
      'unread',
    );
    expect(read(elfFile({ ...lost, order: ['dynamic', 'segments', 'strings'] }), 2000)).toBe(
      'unread',
    );
  });

  test('that are larger than the window are not kept', () => {
    const needed = Array.from({ length: 100 }, (_, index) => `lib${index}.so`.padEnd(30, 'x'));
    const file = elfFile({ needed, order: ['segments', 'dynamic', 'strings'], gap: 3000 });
    expect(read(file, 2000)).toBe('unread');
    expect(read(file, 4000)).toMatchObject({ needed });
  });
});

test('a search path that is given in both ways is that of DT_RUNPATH, and an empty one is none', () => {
  const both = elfFile({ searchPath: '/new', oldSearchPath: '/old' });
  expect(read(both)).toMatchObject({ searchPath: ['/new'] });
  expect(read(elfFile({ oldSearchPath: '/old' }))).toMatchObject({ searchPath: ['/old'] });
  expect(read(elfFile({ searchPath: '' }))).toMatchObject({ searchPath: [] });
});

test('a library that can be executed is a library', () => {
  const file = elfFile({ ownName: 'libc.so.6', hasLoader: true });
  expect(read(file)).toMatchObject({ isProgram: false });
});

describe('a damaged file', () => {
  /** Where a change matters most: the header, the segments, and what the last of those lead to. */
  const place = fc.oneof(fc.nat(64), fc.nat(64 + 56 * 13), fc.nat(16_000));
  const value = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255));
  const changes = fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 30 });

  function expectSound(file: Buffer, result: ReturnType<typeof read>): void {
    if (result === undefined || result === 'unread') return;
    for (const text of [...result.needed, ...result.searchPath]) {
      if (!text.includes('\ufffd')) expect(file.includes(text)).toBe(true);
    }
  }

  test('is read without a complaint, and nothing is made up', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...madeNames),
        changes,
        fc.nat(16_000),
        fc.constantFrom(undefined, 100, 1000, 5000, 14_000),
        pieceSizes,
        (name, changed, length, windowSize, sizes) => {
          const file = Buffer.from(made(name));
          for (const [at, byte] of changed) if (at < file.length) file[at] = byte;
          expectSound(file, read(file, windowSize, sizes));
          const cut = file.subarray(0, Math.max(length, 1));
          expectSound(cut, read(cut, windowSize, sizes));
        },
      ),
      { numRuns: 1000 },
    );
  }, 60_000);

  test('is nothing where it is cut off before what it needs', () => {
    const file = elfFile({ needed: ['libc.so.6'] });
    for (let length = 1; length < file.length; length++) {
      expect(read(file.subarray(0, length))).toBeUndefined();
    }
  });

  test('is read without a complaint where anything follows its header', () => {
    const header = made('program').subarray(0, 64);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(64), (bytes, kept) => {
        const file = Buffer.concat([header.subarray(0, kept), bytes]);
        if (file.length > 0) expectSound(file, read(file));
      }),
      { numRuns: 1000 },
    );
  });

  test('is nothing where it names more, or longer, than any real file does', () => {
    const most = elfFile({ needed: Array.from({ length: 1024 }, (_, index) => `${index}`) });
    expect(read(most)).toMatchObject({ needed: expect.objectContaining({ length: 1024 }) });
    const more = elfFile({ needed: Array.from({ length: 1025 }, (_, index) => `${index}`) });
    expect(read(more)).toBeUndefined();
    expect(read(elfFile({ needed: ['x'.repeat(4095)] }))).toBeDefined();
    expect(read(elfFile({ needed: ['x'.repeat(4096), 'y'] }))).toBeUndefined();
  });

  test('is nothing where a name does not end, or begins behind all names', () => {
    const endless = elfFile({ needed: ['libc.so.6'], order: ['segments', 'dynamic', 'strings'] });
    endless[endless.length - 1] = 0x78;
    expect(read(endless)).toBeUndefined();
    const file = elfFile({ needed: ['libc.so.6'], order: ['segments', 'dynamic', 'strings'] });
    file.writeBigUInt64LE(2n ** 64n - 1n, 64 + 2 * 56 + 8);
    expect(read(file)).toBeUndefined();
  });
});
