import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSlug } from '../../src/slug/create-slug.ts';
import { entryType, headerWriter, paddedSize, type TarHeader } from '../../src/tar/header.ts';
import { TarReader } from '../../src/tar/reader.ts';
import { temporaryFolder } from '../support/folder.ts';
import { pack } from '../tar/gnu-tar.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';

/** Of everything in a slug. */
const slugTime = 1_700_000_000;

async function slugOf(archive: Buffer, sizes: readonly number[] = [65_536]): Promise<Buffer> {
  const path = join(temporaryFolder(), 'slug.tgz');
  await createSlug({
    archive: (async function* () {
      yield* lentPieces(archive, sizes);
    })(),
    exclude: [],
    appended: [],
    modified: slugTime,
    path,
    level: 1,
    signal: new AbortController().signal,
  });
  return gunzipSync(readFileSync(path));
}

/** An entry of the container's archive, its name below `app/`. */
interface Entry {
  readonly type: number;
  readonly name: string;
  readonly modified: number;
  readonly content: Buffer;
  readonly linkName: string;
}

function file(name: string, modified: number, content: Buffer): Entry {
  return { type: entryType.file, name, modified, content, linkName: '' };
}

function hardLink(name: string, target: string): Entry {
  const linkName = `app/${target}`;
  return { type: entryType.hardLink, name, modified: 1, content: Buffer.alloc(0), linkName };
}

function symbolicLink(name: string, linkName: string): Entry {
  return { type: entryType.symbolicLink, name, modified: 1, content: Buffer.alloc(0), linkName };
}

function archiveOf(entries: readonly Entry[]): Buffer {
  const pieces: Buffer[] = [];
  const write = headerWriter({ id: 1000, name: 'app' });
  for (const { type, name, modified, content, linkName } of entries) {
    const header: TarHeader = {
      ...{ type, modified, mode: 0o644, size: content.length },
      ...{ name: Buffer.from(`app/${name}`), linkName: Buffer.from(linkName) },
    };
    write(header, (block) => pieces.push(Buffer.from(block)));
    const padded = Buffer.alloc(paddedSize(content.length));
    content.copy(padded);
    pieces.push(padded);
  }
  return Buffer.concat([...pieces, Buffer.alloc(1024)]);
}

/** What is under a name once all is unpacked: hard links share one. */
interface Unpacked {
  readonly modified: number;
  readonly content: Buffer;
  /** Of a symbolic link. */
  readonly target?: string;
}

/** Unpacks in memory: what comes later takes the place of what was there. */
function unpack(tar: Buffer): Map<string, Unpacked> {
  const unpacked = new Map<string, Unpacked>();
  const bare = (name: Buffer) => name.toString().replace(/^(\.\/)?app\//, '');
  let content = Buffer.alloc(0);
  const reader = new TarReader(({ type, name, linkName, modified, size }) => {
    if (type === entryType.hardLink) {
      unpacked.set(bare(name), unpacked.get(bare(linkName)) as Unpacked);
      return undefined;
    }
    content = Buffer.alloc(size);
    const target = type === entryType.symbolicLink && { target: linkName.toString() };
    unpacked.set(bare(name), { modified, content, ...target });
    const into = content;
    let length = 0;
    return (bytes) => {
      length += bytes.copy(into, length);
    };
  });
  reader.push(tar);
  reader.end();
  return unpacked;
}

/** Whether Python runs the cache for its source (Lib/importlib/_bootstrap_external.py, _classify_pyc and _validate_timestamp_pyc). */
function isUsed(files: ReadonlyMap<string, Unpacked>, { source, cache }: Pair): boolean {
  const found = follow(files, source);
  const { content } = follow(files, cache) ?? { content: Buffer.alloc(0) };
  if (found === undefined || content.length < 16) return false;
  if (content.readUInt32LE(4) !== 0) return true;
  return (
    content.readUInt32LE(8) === found.modified % 2 ** 32 &&
    content.readUInt32LE(12) === found.content.length
  );
}

function follow(files: ReadonlyMap<string, Unpacked>, path: string): Unpacked | undefined {
  const found = files.get(path);
  if (found?.target === undefined) return found;
  return files.get(join(path, '..', found.target));
}

interface Pair {
  readonly source: string;
  readonly cache: string;
}

interface Module extends Pair {
  readonly entries: readonly Entry[];
}

function header(modified: number, size: number, flags = 0): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16LE(3571, 0); // Python 3.13's magic number
  head.write('\r\n', 2);
  head.writeUInt32LE(flags, 4);
  head.writeUInt32LE(modified % 2 ** 32, 8);
  head.writeUInt32LE(size, 12);
  return head;
}

const cacheKinds = ['valid', 'older', 'of the slug’s time', 'of another size', 'by hash'] as const;

/** A source of any age and its cache, as good as it may be. */
const compiled = fc
  .record({
    folder: fc.constantFrom('', 'package/', 'a/b/'),
    name: fc.constantFrom('Before', '__init__', 'after', 'z.conf', 'after_all'),
    level: fc.constantFrom('', '.opt-1', '.opt-2'),
    modified: fc.integer({ min: 1, max: 5_000_000_000 }),
    size: fc.integer({ min: 0, max: 1500 }),
    kind: fc.constantFrom(...cacheKinds),
    codeSize: fc.integer({ min: 0, max: 1500 }),
  })
  .map(({ folder, name, level, modified, size, kind, codeSize }): Module => {
    const source = `${folder}${name}.py`;
    const cache = `${folder}__pycache__/${name}.cpython-313${level}.pyc`;
    const heads = {
      valid: header(modified, size),
      older: header(modified + 2 ** 32 - 1, size),
      'of the slug’s time': header(slugTime, size),
      'of another size': header(modified, size + 1),
      'by hash': header(modified, size, 3),
    };
    const content = Buffer.concat([heads[kind], Buffer.alloc(codeSize, 'code')]);
    const entries = [
      file(source, modified, Buffer.alloc(size, 'text')),
      file(cache, modified + 1, content),
    ];
    return { source, cache, entries };
  });

/** Modules, each once, whose sources and caches come in any order. */
const modules = fc
  .uniqueArray(compiled, { minLength: 1, maxLength: 8, selector: ({ source }) => source })
  .chain((found) =>
    fc.record({
      found: fc.constant(found),
      entries: fc.shuffledSubarray(
        found.flatMap(({ entries }) => entries),
        { minLength: 2 * found.length },
      ),
    }),
  );

describe('a compiled module of Python in a slug', () => {
  test('is as good as it was in the image, in whatever order and pieces it came', async () => {
    await fc.assert(
      fc.asyncProperty(modules, pieceSizes, async ({ found, entries }, sizes) => {
        const archive = archiveOf(entries);
        const before = unpack(archive);
        const after = unpack(await slugOf(archive, sizes));
        for (const pair of found) {
          const wasUsed = isUsed(before, pair);
          expect([pair, isUsed(after, pair)]).toEqual([pair, wasUsed]);
          expect(after.get(pair.source)?.modified).toBe(slugTime);
          if (!wasUsed) continue;
          const code = before.get(pair.cache)?.content.subarray(16);
          expect(after.get(pair.cache)?.content.subarray(16)).toEqual(code);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is the same whenever its source was written', async () => {
    const entries = (modified: number) => [
      file('A.py', modified, Buffer.from('a = 1')),
      file('__pycache__/A.cpython-313.pyc', modified + 5, header(modified, 5)),
      file('__pycache__/old.cpython-313.pyc', modified + 5, header(modified - 7, 5)),
      file('__pycache__/z.cpython-313.pyc', modified + 5, header(modified, 5)),
      file('old.py', modified, Buffer.from('a = 2')),
      file('sourceless.pyc', modified, header(modified, 5)),
      file('z.py', modified, Buffer.from('z = 1')),
    ];
    const slugs = [1_600_000_000, 1_650_000_000].map((time) => slugOf(archiveOf(entries(time))));
    const [first, second] = await Promise.all(slugs);
    expect(first?.equals(second as Buffer)).toBe(true);
  });

  test('of several of one source, none is used that was not', async () => {
    const levels = ['', '.opt-1', '.opt-2'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(100, 200, slugTime, slugTime + 1), {
          minLength: 3,
          maxLength: 3,
        }),
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        async (times, order) => {
          const caches = levels.map((level) => `__pycache__/x.cpython-313${level}.pyc`);
          const all = [
            ...caches.map((cache, index) => file(cache, 1, header(times[index] as number, 9))),
            file('x.py', 100, Buffer.alloc(9)),
          ];
          const after = unpack(await slugOf(archiveOf(order.map((index) => all[index] as Entry))));
          const used = caches.map((cache) => isUsed(after, { source: 'x.py', cache }));
          const valid = times.map((time) => time === 100);
          expect(used.filter((isUsed, index) => isUsed && !valid[index])).toEqual([]);
          if (valid.every(Boolean)) expect(used).toEqual(valid);
        },
      ),
      { numRuns: 40 },
    );
  });

  const valid = header(100, 9);
  const stale = header(200, 9);
  const source = file('x.py', 100, Buffer.alloc(9));
  const cache = '__pycache__/x.cpython-313.pyc';
  const optimized = '__pycache__/x.cpython-313.opt-1.pyc';
  const other = '__pycache__/other.cpython-313.pyc';
  test.each<[string, readonly Entry[], readonly string[]]>([
    [
      'shared by two levels of optimization',
      [file(cache, 1, valid), hardLink(optimized, cache), source],
      [cache, optimized],
    ],
    [
      'shared and stale, before its source',
      [file(cache, 1, stale), hardLink(optimized, cache), source],
      [],
    ],
    [
      'shared and stale, after its source',
      [source, file(cache, 1, stale), hardLink(optimized, cache)],
      [],
    ],
    [
      'shared with another module, which is older',
      [
        file('other.py', 200, Buffer.alloc(9)),
        file(other, 1, stale),
        hardLink(cache, other),
        source,
      ],
      [],
    ],
    [
      'of a source that is a hard link',
      [file('a.py', 100, Buffer.alloc(9)), file(cache, 1, valid), hardLink('x.py', 'a.py')],
      [cache],
    ],
    [
      'stale, of a source that is a hard link',
      [file('a.py', 100, Buffer.alloc(9)), file(cache, 1, stale), hardLink('x.py', 'a.py')],
      [],
    ],
    [
      'stale, of a source that is a hard link to a file of any name',
      [file('a.txt', 100, Buffer.alloc(9)), hardLink('x.py', 'a.txt'), file(cache, 1, stale)],
      [],
    ],
    [
      'stale, of a source that is a symbolic link',
      [file('a.py', 100, Buffer.alloc(9)), file(cache, 1, stale), symbolicLink('x.py', 'a.py')],
      [],
    ],
    [
      'a symbolic link to that of another module, which is older',
      [
        file('other.py', 200, Buffer.alloc(9)),
        file(other, 1, stale),
        symbolicLink(cache, 'other.cpython-313.pyc'),
        source,
      ],
      [],
    ],
  ])('%s', async (_, entries, expected) => {
    const after = unpack(await slugOf(archiveOf(entries)));
    const used = [cache, optimized].filter((cache) => isUsed(after, { source: 'x.py', cache }));
    expect(used).toEqual(expected);
  });

  test.each([
    ['of Python 2', 'x.pyc', Buffer.from('03f30d0a00000000630000000000000001', 'hex')],
    ['of Python 3.6', cache, Buffer.from('330d0d0a640000000900000063000000', 'hex')],
    ['that is none', cache, Buffer.from('no compiled module at all')],
    ['that is cut off', cache, header(100, 9).subarray(0, 15)],
    ['that is empty', cache, Buffer.alloc(0)],
  ])('one %s is left as it was', async (_, name, content) => {
    const after = unpack(await slugOf(archiveOf([source, file(name, 1, content)])));
    expect(after.get(name)?.content).toEqual(content);
  });

  test('pytest’s, whose source its name does not tell, is not used', async () => {
    const name = '__pycache__/x.cpython-313-pytest-8.0.0.pyc';
    const after = unpack(await slugOf(archiveOf([file(name, 1, valid), source])));
    expect(isUsed(after, { source: 'x.py', cache: name })).toBe(false);
  });
});

describe('Python, run on an unpacked slug', () => {
  /** What it says of the caches in a folder that it imports from. */
  function importAll(app: string, names: readonly string[], ...options: string[]) {
    const script = `import ${names.join(', ')}; print(${names.map((name) => `${name}.VALUE`).join(', ')})`;
    const { stdout, stderr } = spawnSync('python3', ['-B', '-v', ...options, '-c', script], {
      cwd: app,
      encoding: 'utf8',
    });
    const state = (name: string) =>
      new RegExp(`^# \\S+/${name}\\.cpython-\\d+\\S*\\.pyc matches `, 'm').test(stderr)
        ? 'used'
        : new RegExp(`^# bytecode is stale for '${name}'`, 'm').test(stderr) && 'stale';
    return { values: stdout.trim(), states: names.map(state) };
  }

  test('uses the caches that were valid in the image, and no other', async () => {
    // In front of `__pycache__` in the archive, and behind.
    const names = ['Early', 'Early_old', 'late', 'late_old'];
    const root = temporaryFolder(
      Object.fromEntries(names.map((name) => [`app/${name}.py`, 'VALUE = 1\n'])),
    );
    const app = join(root, 'app');
    for (const name of names) utimesSync(join(app, `${name}.py`), 1_600_000_000, 1_600_000_000);
    execFileSync('python3', ['-m', 'compileall', '-q', '-o', '0', '-o', '1', '.'], { cwd: app });
    for (const name of ['Early_old', 'late_old']) {
      writeFileSync(join(app, `${name}.py`), 'VALUE = 2\n');
      utimesSync(join(app, `${name}.py`), 1_600_000_001, 1_600_000_001);
    }
    const expected = { values: '1 2 1 2', states: ['used', 'stale', 'used', 'stale'] };
    expect(importAll(app, names)).toEqual(expected);
    const tar = await slugOf(pack(root, 'pax', '--sort=name', 'app'));
    const unpacked = temporaryFolder();
    execFileSync('tar', ['x', '-C', unpacked], { input: tar });
    for (const options of [[], ['-O']]) {
      const { values, states } = importAll(join(unpacked, 'app'), names, ...options);
      expect(values).toBe('1 2 1 2');
      expect([states[0], states[2]]).toEqual(['used', 'used']);
      expect(states[1]).not.toBe('used');
      expect(states[3]).not.toBe('used');
    }
  });
});
