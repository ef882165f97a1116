import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { createSlug, type SlugOptions } from '../../src/slug/create-slug.ts';
import { entryType, headerWriter, type TarHeader } from '../../src/tar/header.ts';
import { temporaryFolder } from '../support/folder.ts';
import { list, pack } from '../tar/gnu-tar.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';
import { snapshot, tree, withTime, writeTree } from '../tar/tree.ts';

const defaults = {
  exclude: ['.git', '.heroku'],
  appended: [],
  modified: 1_700_000_000,
  signal: new AbortController().signal,
};

/** Makes a slug of an archive in a folder of its own, and leaves it there. */
async function slugOf(
  archive: Buffer,
  options: Partial<SlugOptions> = {},
  sizes: readonly number[] = [65_536],
) {
  const path = options.path ?? join(temporaryFolder(), 'slug.tgz');
  return await createSlug({ archive: streamOf(archive, sizes), ...defaults, ...options, path });
}

async function* streamOf(archive: Buffer, sizes: readonly number[] = [65_536]) {
  yield* lentPieces(archive, sizes);
}

/** Names in a slug as GNU tar lists them, which has nothing to complain of it. */
function entriesOf(path: string) {
  return list(gunzipSync(readFileSync(path)), '--numeric-owner');
}

function namesIn(path: string): string[] {
  return entriesOf(path).map(({ name }) => name);
}

/** An archive of an `app` folder with these files (path to text). */
function archiveOf(files: Readonly<Record<string, string>>, prepare?: (app: string) => void) {
  const folder = temporaryFolder(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`app/${path}`, text])),
  );
  mkdirSync(join(folder, 'app'), { recursive: true });
  prepare?.(join(folder, 'app'));
  return pack(folder, 'pax', '--sort=name', 'app');
}

/** An archive with these entries only, such as no tar would pack. */
function handMade(...entries: (Partial<TarHeader> & { name: Buffer })[]): Buffer {
  const blocks: Buffer[] = [];
  const write = headerWriter({ id: 1000, name: 'app' });
  for (const entry of entries) {
    const header = { type: entryType.file, linkName: Buffer.alloc(0), mode: 0o644, size: 0 };
    write({ modified: 1, ...header, ...entry }, (block) => blocks.push(Buffer.from(block)));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('a slug', () => {
  test.each([
    ['gnu', { name: 255, target: 4000 }],
    ['pax', { name: 255, target: 4000 }],
    ['ustar', { name: 12, target: 99 }],
  ])(
    'unpacks with GNU tar to the tree that went in, however it came (%s)',
    async (format, longest) => {
      const folder = temporaryFolder();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(tree(longest), pieceSizes, async (nodes, sizes) => {
          const root = join(folder, String(run++));
          mkdirSync(root);
          writeTree(join(root, 'app'), nodes, 1_600_000_000);
          const archive = pack(root, format, 'app');
          const path = join(root, 'slug.tgz');
          const entries = list(archive);
          const files = entries.filter(({ kind }) => kind !== 'folder');
          if (files.length === 0) {
            await expect(slugOf(archive, { path, exclude: [] })).rejects.toThrow('holds no file');
            return;
          }
          const slug = await slugOf(archive, { path, exclude: [] }, sizes);
          expect(slug).toMatchObject({
            files: files.length,
            unpackedBytes: files.reduce((sum, { size }) => sum + size, 0),
            sizeBytes: statSync(path).size,
            checksum: `SHA256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
          });
          const unpacked = join(root, 'unpacked');
          mkdirSync(unpacked);
          const { stderr } = spawnSync('tar', ['xzf', path, '-C', unpacked]);
          expect(stderr.toString()).toBe('');
          expect(snapshot(join(unpacked, 'app'))).toEqual(
            withTime(snapshot(join(root, 'app')), defaults.modified),
          );
        }),
        { numRuns: 30 },
      );
    },
  );

  test('is read by GNU tar and by Python without a complaint, every name below ./app', async () => {
    const archive = archiveOf({ [`${'long/'.repeat(60)}file`]: 'text', 'with space\n': '' });
    const { path } = await slugOf(archive);
    for (const name of namesIn(path)) expect(name).toMatch(/^\.\/app\//);
    expect(spawnSync('gzip', ['--test', path]).stderr.toString()).toBe('');
    const script = 'import sys, tarfile; print(len(tarfile.open(sys.argv[1]).getnames()))';
    const count = execFileSync('python3', ['-c', script, path], { encoding: 'utf8' });
    expect(Number(count)).toBe(namesIn(path).length);
  });

  test('belongs to root, and has the modes of the image', async () => {
    const archive = archiveOf({ run: '', secret: '' }, (app) => {
      chmodSync(join(app, 'run'), 0o4755);
      chmodSync(join(app, 'secret'), 0);
    });
    const { path } = await slugOf(archive);
    const listing = execFileSync('tar', ['tvzf', path, '--numeric-owner'], { encoding: 'utf8' });
    expect(listing.match(/ 0\/0 /g)).toHaveLength(3);
    expect(execFileSync('tar', ['tvzf', path], { encoding: 'utf8' })).toContain(' root/root ');
    const modes = Object.fromEntries(entriesOf(path).map(({ name, mode }) => [name, mode]));
    expect(modes).toMatchObject({ './app/run': 0o4755, './app/secret': 0 });
  });

  test('is the same file each time', async () => {
    const archive = archiveOf({ a: 'text'.repeat(100_000), b: 'more' });
    const appended = [{ path: '.profile.d/x.sh', content: 'export A=1\n', mode: 0o644 }];
    const first = await slugOf(archive, { appended });
    expect((await slugOf(archive, { appended }, [1000])).checksum).toBe(first.checksum);
  });

  test('says how large its folders are, a dependency each, the largest first', async () => {
    const { folders } = await slugOf(
      archiveOf({
        Procfile: '12345',
        'src/index.js': '1',
        'src/lib/deep/er/file.js': '1234',
        'src/node_modules/small/index.js': '12',
        'src/node_modules/@scope/large/dist/index.js': '1'.repeat(100),
        'src/node_modules/@scope/large/node_modules/inner/index.js': '1'.repeat(20),
        'heroku/node/bin/node': '1'.repeat(50),
      }),
    );
    expect(folders).toEqual([
      { path: 'src/node_modules/@scope/large', files: 2, bytes: 120 },
      { path: 'heroku/node', files: 1, bytes: 50 },
      { path: '.', files: 1, bytes: 5 },
      { path: 'src/lib', files: 1, bytes: 4 },
      { path: 'src/node_modules/small', files: 1, bytes: 2 },
      { path: 'src', files: 1, bytes: 1 },
    ]);
  });
});

describe('what is left out of a slug', () => {
  const files = {
    '.git/config': '12',
    '.heroku/node/bin': '123',
    'src/.git/HEAD': '1',
    'src/app.js': '',
    'src/log/a.log': '1234',
    'src/Log/b': '',
    'log/c': '',
    'gitignore/.gitignore': '',
  };

  test('is what matches at any depth where a pattern has no slash, and is counted', async () => {
    const { path, excluded, files: kept } = await slugOf(archiveOf(files));
    expect(namesIn(path).join('\n')).not.toMatch(/\.git\/|\.heroku/);
    expect(kept).toBe(5);
    expect(excluded).toEqual([
      { pattern: '.git', files: 2, bytes: 3 },
      { pattern: '.heroku', files: 1, bytes: 3 },
    ]);
  });

  test.each([
    [['log'], ['src/log/a.log', 'log/c']],
    [['/log'], ['log/c']],
    [['src/log'], ['src/log/a.log']],
    [['src/log/'], ['src/log/a.log']],
    [['app.js/'], []],
    [['*.log'], ['src/log/a.log']],
    [
      ['src/*', '!src/app.js'],
      ['src/.git/HEAD', 'src/log/a.log', 'src/Log/b'],
    ],
    [['src/**/b'], ['src/Log/b']],
    [[], []],
  ])('by %j is %j', async (exclude, expected) => {
    const { path } = await slugOf(archiveOf(files), { exclude });
    const kept = new Set(namesIn(path));
    const left = Object.keys(files).filter((name) => !kept.has(`./app/${name}`));
    expect(left.sort()).toEqual([...expected].sort());
  });

  test('may be named in bytes that are no text', async () => {
    const name = Buffer.concat([Buffer.from('app/.git/'), Buffer.of(0xff, 0xfe)]);
    const kept = Buffer.concat([Buffer.from('app/'), Buffer.of(0xff, 0xfe)]);
    const { path } = await slugOf(handMade({ name }, { name: kept }));
    expect(namesIn(path)).toEqual([`./app/\xff\xfe`]);
  });

  test('may be what a slug cannot hold', async () => {
    const archive = archiveOf({ a: '' }, (app) => execFileSync('mkfifo', [join(app, 'pipe')]));
    const { path } = await slugOf(archive, { exclude: ['pipe'] });
    expect(namesIn(path)).toEqual(['./app/', './app/a']);
  });

  test('may not be the one name that a hard link has left', async () => {
    const content = { type: entryType.hardLink, linkName: Buffer.from('app/.heroku/x') };
    const archive = handMade(
      { name: Buffer.from('app/.heroku/x') },
      { name: Buffer.from('app/bin/x'), ...content },
    );
    await expect(slugOf(archive)).rejects.toMatchObject({
      name: 'DeployError',
      message:
        '/app/bin/x is a hard link to /app/.heroku/x, which “.heroku” leaves out of the slug.',
    });
  });
});

describe('what is appended to a slug', () => {
  const script = { path: '.profile.d/image.sh', content: 'export A=1\n', mode: 0o644 };

  test('comes with its folder where the app has none', async () => {
    const { path, files } = await slugOf(archiveOf({ a: '' }), { appended: [script] });
    expect(namesIn(path)).toEqual([
      './app/',
      './app/a',
      './app/.profile.d/',
      './app/.profile.d/image.sh',
    ]);
    expect(files).toBe(2);
    const content = execFileSync('tar', ['xzOf', path, './app/.profile.d/image.sh']);
    expect(content.toString()).toBe(script.content);
  });

  test('comes into the folder that the app has', async () => {
    const archive = archiveOf({ '.profile.d/own.sh': '' });
    const { path } = await slugOf(archive, { appended: [script] });
    expect(namesIn(path).filter((name) => name === './app/.profile.d/')).toHaveLength(1);
  });

  test('wins over a file of the same name', async () => {
    const archive = archiveOf({ a: '', [script.path]: 'old' });
    const { path } = await slugOf(archive, { appended: [script] });
    const unpacked = temporaryFolder();
    execFileSync('tar', ['xzf', path, '-C', unpacked]);
    expect(readFileSync(join(unpacked, 'app', script.path), 'utf8')).toBe(script.content);
  });

  test('needs a folder, not something else of its name', async () => {
    const archive = archiveOf({ '.profile.d': 'text' });
    await expect(slugOf(archive, { appended: [script] })).rejects.toThrow(
      '/app/.profile.d in the image is no folder',
    );
  });
});

describe('what no slug is made of', () => {
  test.each([
    ['a named pipe', (app: string) => execFileSync('mkfifo', [join(app, 'odd')])],
    [
      'a character device',
      (app: string) => execFileSync('mknod', [join(app, 'odd'), 'c', '1', '3']),
    ],
    ['a block device', (app: string) => execFileSync('mknod', [join(app, 'odd'), 'b', '7', '0'])],
  ])('is an app with %s in it, which is named', async (what, prepare) => {
    await expect(slugOf(archiveOf({ a: '' }, prepare))).rejects.toMatchObject({
      name: 'DeployError',
      message: `/app/odd is ${what}, which a slug cannot hold.`,
    });
  });

  test('is an app with an entry of a type that nobody knows', async () => {
    const archive = handMade({ name: Buffer.from('app/odd'), type: 'S'.charCodeAt(0) });
    await expect(slugOf(archive)).rejects.toThrow('/app/odd is of type “S”');
  });

  test.each([
    'app/../etc/passwd',
    'app/a/../../b',
    'app/..',
    '../app/a',
    '/app/a',
    'application/a',
    'app//a',
    'app/./a',
    '',
  ])('is an archive that names %j', async (name) => {
    const archive = handMade({ name: Buffer.from(name) });
    await expect(slugOf(archive)).rejects.toThrow('which is not below /app');
    const link = { type: entryType.hardLink, linkName: Buffer.from(name) };
    await expect(slugOf(handMade({ name: Buffer.from('app/a'), ...link }))).rejects.toThrow(
      'which is not below /app',
    );
  });

  test('is an app without a file', async () => {
    await expect(slugOf(archiveOf({}))).rejects.toThrow('/app in the image holds no file.');
  });

  test('is an app of which everything is left out', async () => {
    await expect(slugOf(archiveOf({ '.git/config': '' }))).rejects.toThrow(
      '/app in the image holds no file but what is excluded (.git).',
    );
  });

  test.each([
    ['a file', { type: entryType.file }],
    ['a link', { type: entryType.symbolicLink, linkName: Buffer.from('/srv/app') }],
  ])('is an /app that is %s', async (_, header) => {
    await expect(slugOf(handMade({ name: Buffer.from('app'), ...header }))).rejects.toThrow(
      '/app in the image is no folder.',
    );
  });

  test('is an archive that was cut off', async () => {
    const archive = archiveOf({ a: 'text'.repeat(1000), b: '' });
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), async (length) => {
        await expect(slugOf(archive.subarray(0, length))).rejects.toThrow(DeployError);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a slug that is not finished', () => {
  /** A folder with an older slug in it, and the archive of a larger app. */
  function unfinished() {
    const folder = temporaryFolder({ 'slug.tgz': 'old' });
    const archive = archiveOf({ large: 'text'.repeat(2_000_000) });
    return { folder, path: join(folder, 'slug.tgz'), archive };
  }

  function expectUntouched(folder: string) {
    expect(readdirSync(folder)).toEqual(['slug.tgz']);
    expect(readFileSync(join(folder, 'slug.tgz'), 'utf8')).toBe('old');
  }

  test('is not seen under its name before it is whole', async () => {
    const { folder, path, archive } = unfinished();
    async function* watched() {
      yield* lentPieces(archive, [1 << 20]);
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(folder)).toHaveLength(2);
    }
    const slug = await createSlug({ ...defaults, archive: watched(), path });
    expect(readdirSync(folder)).toEqual(['slug.tgz']);
    expect(statSync(path).size).toBe(slug.sizeBytes);
  });

  test('is gone after an error of the archive', async () => {
    const { folder, path, archive } = unfinished();
    async function* failing() {
      yield archive.subarray(0, 3_000_000);
      throw new DeployError('The engine is gone.', 'Start it.');
    }
    await expect(createSlug({ ...defaults, archive: failing(), path })).rejects.toThrow(
      'The engine is gone.',
    );
    expectUntouched(folder);
  });

  test.each([0, 1, 3_000_000])(
    'is gone where the run is cancelled after %i bytes',
    async (after) => {
      const { folder, path, archive } = unfinished();
      const controller = new AbortController();
      async function* cancelled() {
        let passed = 0;
        for (const piece of lentPieces(archive, [65_536])) {
          if (passed >= after) controller.abort(new Error('cancelled'));
          yield piece;
          passed += piece.length;
        }
      }
      const { signal } = controller;
      await expect(createSlug({ ...defaults, archive: cancelled(), path, signal })).rejects.toThrow(
        'cancelled',
      );
      expectUntouched(folder);
    },
  );

  test('is not begun where the run is cancelled before', async () => {
    const { folder, path, archive } = unfinished();
    const signal = AbortSignal.abort(new Error('cancelled'));
    await expect(slugOf(archive, { path, signal })).rejects.toThrow('cancelled');
    expectUntouched(folder);
  });

  test('is gone, and says what to do, where the disk is full', async () => {
    const folder = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    onTestFinished(() => void execFileSync('umount', [folder]));
    const noise = join(temporaryFolder(), 'app');
    mkdirSync(noise);
    execFileSync('dd', ['if=/dev/urandom', `of=${noise}/noise`, 'bs=1M', 'count=8'], {
      stdio: 'ignore',
    });
    const archive = pack(dirname(noise), 'pax', basename(noise));
    const path = join(folder, 'slug.tgz');
    await expect(slugOf(archive, { path })).rejects.toMatchObject({
      name: 'DeployError',
      message: `The disk is full: ${path} does not fit on it.`,
      remedy: expect.stringContaining('slug-path'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is an error where its folder is not there', async () => {
    const path = join(temporaryFolder(), 'none', 'slug.tgz');
    await expect(slugOf(archiveOf({ a: '' }), { path })).rejects.toMatchObject({
      name: 'DeployError',
      remedy: expect.stringContaining('slug-path'),
    });
    expect(existsSync(dirname(path))).toBe(false);
  });

  test('is an error where its name is a folder’s', async () => {
    const folder = temporaryFolder({ 'slug.tgz/keep': '' });
    const path = join(folder, 'slug.tgz');
    await expect(slugOf(archiveOf({ a: '' }), { path })).rejects.toThrow(DeployError);
    expect(readdirSync(folder)).toEqual(['slug.tgz']);
    expect(lstatSync(path).isDirectory()).toBe(true);
  });
});

describe('the memory that a slug takes', () => {
  test('is the same for 40 MB and for 1 GB', () => {
    const script = join(import.meta.dirname, 'slug-of-zeros.ts');
    const peak = (megabytes: number) => {
      const path = join(temporaryFolder(), 'slug.tgz');
      const out = execFileSync(process.execPath, [script, path, String(megabytes)]);
      return Number(out) / 1e6;
    };
    const [small, large] = [peak(40), peak(1000)];
    expect(large).toBeLessThan(small + 60);
    expect(large).toBeLessThan(250);
  });
});
