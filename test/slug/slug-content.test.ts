import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { createSlug, type SlugOptions } from '../../src/slug/create-slug.ts';
import { temporaryFolder } from '../support/folder.ts';
import { list, listLines, pack } from '../tar/gnu-tar.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';
import { inBytes, snapshot, type TreeNode, tree, withTime, writeTree } from '../tar/tree.ts';

/** Makes a slug of an archive that comes in pieces of these sizes. */
async function slugOf(
  archive: Buffer,
  path: string,
  options: Partial<SlugOptions> = {},
  sizes: readonly number[] = [65_536],
) {
  return createSlug({
    archive: streamOf(archive, sizes),
    exclude: [],
    appended: [],
    modified: slugTime,
    signal: new AbortController().signal,
    ...options,
    path,
  });
}

async function* streamOf(archive: Buffer, sizes: readonly number[]) {
  yield* lentPieces(archive, sizes);
}

/** Unpacks a slug as a dyno's host does, and gives back the folder; GNU tar has no complaint. */
function unpack(path: string, folder: string): string {
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  const { status, stderr } = spawnSync('tar', ['xzpf', path, '-C', unpacked]);
  expect({ status, complaints: stderr.toString() }).toEqual({ status: 0, complaints: '' });
  return join(unpacked, 'app');
}

const modified = 1_600_000_000;
/** Of everything in a slug. */
const slugTime = 1_700_000_000;

function file(name: string, size: number, mode = 0o644): TreeNode {
  const content = { size, seed: size % 100, compressible: size % 2 === 0 };
  return { kind: 'file', name: inBytes(name), mode, modified: modified + size, content };
}

function folder(name: string, mode: number, ...children: TreeNode[]): TreeNode {
  return { kind: 'folder', name: inBytes(name), mode, modified, children };
}

function link(name: string, target: string): TreeNode {
  return { kind: 'symbolic link', name: inBytes(name), target: inBytes(target), modified };
}

function hardLink(name: string, to: number): TreeNode {
  return { kind: 'hard link', name: inBytes(name), to, modified };
}

/** At least one of everything that is ever in an app, and of what is hard for a tar. */
const everything: readonly TreeNode[] = [
  ...[0, 1, 511, 512, 513, 1023, 1024, 1025, 40_000, 1_048_576, 2_500_001].map((size) =>
    file(`size-${size}`, size),
  ),
  ...[0, 0o400, 0o644, 0o755, 0o777, 0o4755, 0o2755, 0o1777, 0o7777].map((mode) =>
    file(`mode-${mode.toString(8)}`, 10, mode),
  ),
  ...[0, 0o755, 0o1777, 0o2775].map((mode) => folder(`folder-${mode.toString(8)}`, mode)),
  // With `app/` before and without: at, below and above the 100 bytes of a header's field.
  ...[93, 94, 95, 96, 97, 99, 100, 101, 155, 156, 254, 255].flatMap((length) => [
    file('f'.repeat(length), 3),
    folder('d'.repeat(length), 0o755, file('inside', 5)),
    link(`l${'k'.repeat(length - 1)}`, 't'.repeat(length)),
  ]),
  folder('a'.repeat(200), 0o755, folder('b'.repeat(200), 0o755, file('c'.repeat(200), 7))),
  ...['caf\u00e9', 'cafe\u0301', '日本語', '👩‍👩‍👧', '\u202eright to left', 'ﬃ', '\ufeff'].map(
    (name) => file(name, 11),
  ),
  ...[
    'new\nline',
    '\n',
    ' ',
    '  two  ',
    '\t',
    '-rf',
    '--help',
    '-',
    '...',
    '..a',
    '\\',
    'a\\nb',
  ].map((name) => file(name, 12)),
  ...['\x01\x1b[31m\x7f', '"', "'", '*', '?', '[a]', '#', '!x', '~', '$HOME', 'a:b', '%2e'].map(
    (name) => file(name, 13),
  ),
  // In bytes that are no UTF-8: Latin-1, half a character, an overlong one.
  ...['\xe4\xff', 'half-\xe2\x82', '\xc0\xae'].map((name) => ({ ...file('', 14), name })),
  link('dangling', 'nowhere'),
  link('absolute', '/etc/passwd'),
  link('above', '../../../..'),
  link('to-folder', 'folder-755/'),
  link('long-target', 'segment/'.repeat(500)),
  link('odd-target', 'new\nline \u00e9 \\ \x01'),
  hardLink('hard', 8),
  hardLink('hard too', 8),
  folder('elsewhere', 0o755, hardLink('hard', 8), hardLink('h'.repeat(200), 40)),
  hardLink('hard to a long name', 20),
];

describe('everything that an app may hold', () => {
  test.each(['pax', 'gnu'])('is in the slug as it was (%s)', async (format) => {
    const root = temporaryFolder();
    writeTree(join(root, 'app'), everything, modified);
    const path = join(root, 'slug.tgz');
    await slugOf(pack(root, format, 'app'), path);
    expect(listLines(gunzipSync(readFileSync(path))).complaints).toBe('');
    const original = snapshot(join(root, 'app'));
    expect(original.size).toBeGreaterThan(everything.length);
    expect(snapshot(unpack(path, root))).toEqual(withTime(original, slugTime));
  });

  test('is listed by GNU tar as root’s and below ./app/, with no word of complaint', async () => {
    const root = temporaryFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        tree({ name: 255, target: 4000 }),
        fc.constantFrom('pax', 'gnu'),
        pieceSizes,
        async (nodes, format, sizes) => {
          const folder = join(root, String(run++));
          mkdirSync(folder);
          writeTree(join(folder, 'app'), [...nodes, file('Procfile', 20)], modified);
          const archive = pack(folder, format, '--owner=1000', '--group=1000', 'app');
          const path = join(folder, 'slug.tgz');
          await slugOf(archive, path, {}, sizes);
          const listing = spawnSync('tar', ['tvzf', path, '--quoting-style=c']);
          expect(listing.stderr.toString()).toBe('');
          const lines = listing.stdout.toString('latin1').trimEnd().split('\n');
          for (const line of lines) expect(line).toMatch(/^\S{10} root\/root .*? "\.\/app\//);
          const tar = gunzipSync(readFileSync(path));
          for (const line of listLines(tar, '--numeric-owner').lines) {
            expect(line).toMatch(/^\S{10} 0\/0 /);
          }
          // The same entries in the same order as in the archive, besides what is before the names.
          expect(list(tar)).toEqual(
            list(archive).map((entry) => ({
              ...entry,
              modified: slugTime,
              name: `./${entry.name}`,
              linkName: entry.kind === 'hard link' ? `./${entry.linkName}` : entry.linkName,
            })),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a hard link', () => {
  /** An app with a file of two names. */
  function linked(name: string, other: string) {
    const root = temporaryFolder({ [`app/${name}`]: 'text', 'app/Procfile': '' });
    mkdirSync(join(root, 'app', other, '..'), { recursive: true });
    linkSync(join(root, 'app', name), join(root, 'app', other));
    // In this order, so that the first is the file and the other the link.
    const names = [name, other, 'Procfile'].map((path) => `app/${path}`);
    return { root, path: join(root, 'slug.tgz'), archive: pack(root, 'pax', ...names) };
  }

  test('that is left out is no matter, and its file stays', async () => {
    const { root, path, archive } = linked('bin/tool', '.heroku/bin/tool');
    const slug = await slugOf(archive, path, { exclude: ['.heroku'] });
    expect(slug).toMatchObject({ files: 2, excluded: [{ pattern: '.heroku', files: 1 }] });
    expect(readFileSync(join(unpack(path, root), 'bin/tool'), 'utf8')).toBe('text');
  });

  test('that is left out with its file is no matter', async () => {
    const { path, archive } = linked('.heroku/a/tool', '.heroku/b/tool');
    const slug = await slugOf(archive, path, { exclude: ['.heroku'] });
    expect(slug).toMatchObject({
      files: 1,
      excluded: [{ pattern: '.heroku', files: 2, bytes: 4 }],
    });
  });

  test.each([
    ['.heroku', '.heroku/bin/tool'],
    ['*.so', 'lib/tool.so'],
    ['/cache/', 'cache/deep/tool'],
  ])(
    'to a file that %s leaves out is refused, and it is said how to mend it',
    async (pattern, name) => {
      const { root, path, archive } = linked(name, 'bin/tool');
      await expect(slugOf(archive, path, { exclude: [pattern] })).rejects.toMatchObject({
        name: 'DeployError',
        message: `/app/bin/tool is a hard link to /app/${name}, which “${pattern}” leaves out of the slug.`,
        remedy: expect.stringContaining('Exclude both or neither'),
      });
      expect(readdirSync(root)).toEqual(['app']);
    },
  );
});

describe('a script that is put into a slug', () => {
  const script = { path: '.profile.d/image.sh', content: 'export A=1\n', mode: 0o750 };

  async function unpacked(files: Readonly<Record<string, string>>, options: Partial<SlugOptions>) {
    const root = temporaryFolder(files);
    const path = join(root, 'slug.tgz');
    const archive = pack(root, 'pax', '--sort=name', `--mtime=@${modified}`, 'app');
    const slug = await slugOf(archive, path, { appended: [script], ...options });
    return { slug, names: list(gunzipSync(readFileSync(path))), app: unpack(path, root) };
  }

  test('is there with its mode, as root’s and as old as all the rest', async () => {
    const { app, names } = await unpacked({ 'app/Procfile': 'web: x' }, {});
    const path = join(app, script.path);
    expect(readFileSync(path, 'utf8')).toBe(script.content);
    expect(statSync(path).mode & 0o7777).toBe(script.mode);
    const added = names.filter(({ name }) => name.includes('.profile.d'));
    expect(added).toMatchObject([
      { kind: 'folder', mode: 0o755, modified: slugTime },
      { kind: 'file', mode: 0o750, modified: slugTime },
    ]);
  });

  test('comes with each folder on its way, once', async () => {
    const appended = [
      { ...script, path: 'a/b/one.sh' },
      { ...script, path: 'a/c/two.sh' },
      { ...script, path: 'three.sh' },
    ];
    const { names, slug } = await unpacked({ 'app/a/own': '' }, { appended });
    expect(names.map(({ name }) => name)).toEqual([
      './app/',
      './app/a/',
      './app/a/own',
      './app/a/b/',
      './app/a/c/',
      './app/a/b/one.sh',
      './app/a/c/two.sh',
      './app/three.sh',
    ]);
    expect(slug).toMatchObject({ files: 4, unpackedBytes: 3 * script.content.length });
  });

  test('does not make an app of one that has no file', async () => {
    await expect(unpacked({ 'app/.git/HEAD': '' }, { exclude: ['.git'] })).rejects.toThrow(
      'holds no file but what is excluded (.git)',
    );
  });

  test('is there even where its folder is left out', async () => {
    const files = { 'app/.profile.d/own.sh': '', 'app/Procfile': '' };
    const { app } = await unpacked(files, { exclude: ['.profile.d'] });
    expect(readdirSync(join(app, '.profile.d'))).toEqual(['image.sh']);
  });

  test('takes the place of a link of its name, and not of what that leads to', async () => {
    const root = temporaryFolder({ 'app/.profile.d/other.sh': 'other' });
    execFileSync('ln', ['-s', 'other.sh', join(root, 'app', script.path)]);
    const path = join(root, 'slug.tgz');
    await slugOf(pack(root, 'pax', 'app'), path, { appended: [script] });
    const app = unpack(path, root);
    expect(lstatSync(join(app, script.path)).isFile()).toBe(true);
    expect(readFileSync(join(app, script.path), 'utf8')).toBe(script.content);
    expect(readFileSync(join(app, '.profile.d/other.sh'), 'utf8')).toBe('other');
  });
});

describe('an archive that is damaged', () => {
  test('leaves the slug that was there, and nothing else', async () => {
    const root = temporaryFolder({ 'slug.tgz': 'old' });
    writeTree(join(root, 'app'), everything, modified);
    const archive = pack(root, 'pax', 'app');
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), pieceSizes, async (length, sizes) => {
        const path = join(root, 'slug.tgz');
        const making = slugOf(archive.subarray(0, length), path, { level: 1 }, sizes);
        await expect(making).rejects.toThrow(DeployError);
        expect(readdirSync(root).sort()).toEqual(['app', 'slug.tgz']);
        expect(readFileSync(path, 'utf8')).toBe('old');
      }),
      { numRuns: 10 },
    );
  });

  test('is not a slug’s either where it hangs and the run is cancelled', async () => {
    const root = temporaryFolder({ 'slug.tgz': 'old', 'app/Procfile': 'web: x' });
    const controller = new AbortController();
    const { signal } = controller;
    const whole = pack(root, 'pax', 'app');
    async function* hanging() {
      yield whole.subarray(0, 700);
      await new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      );
    }
    const path = join(root, 'slug.tgz');
    const making = slugOf(whole, path, { archive: hanging(), signal });
    setTimeout(() => controller.abort(new Error('cancelled')), 100);
    await expect(making).rejects.toThrow('cancelled');
    expect(readdirSync(root).sort()).toEqual(['app', 'slug.tgz']);
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});

/** Two of the processors that this process may use: each has a thread, and each thread its memory. */
function twoProcessors(): string {
  const [, allowed = ''] = /^Cpus_allowed_list:\s*(.*)$/m.exec(
    readFileSync('/proc/self/status', 'utf8'),
  ) as RegExpExecArray;
  const processors = allowed.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return processors.slice(0, 2).join(',');
}

test('a slug of 600 MB that cannot be made smaller takes less than 250 MB of memory on 2 cores', () => {
  const path = join(temporaryFolder(), 'slug.tgz');
  const program = join(import.meta.dirname, 'large-slug.ts');
  const child = ['--cpu-list', twoProcessors(), process.execPath, program, path, '600'];
  const peak = Number(execFileSync('taskset', child, { timeout: 150_000 }));
  expect(statSync(path).size).toBeGreaterThan(600e6);
  expect(peak).toBeGreaterThan(10e6);
  expect(peak).toBeLessThan(250e6);
});
