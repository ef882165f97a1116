import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dynoArchive } from '../../src/dyno/dyno-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dyno-archive-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Lists with GNU tar what becomes of the tree in `folder`, packed by GNU tar. */
async function rewritten(...packing: string[]): Promise<string[]> {
  execFileSync('tar', ['-czf', 'slug.tgz', '--owner=0', '--group=0', ...packing], { cwd: folder });
  return list(await archived('slug.tgz'));
}

async function archived(name: string): Promise<Buffer> {
  const slug = createReadStream(join(folder, name)).pipe(createGunzip());
  return Buffer.concat(await Readable.from(dynoArchive(slug)).toArray());
}

function list(archive: Buffer): string[] {
  const listing = execFileSync('tar', ['--numeric-owner', '--utc', '-tvf', '-'], {
    input: archive,
  });
  return listing
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +\S+ \d{4}-\d{2}-\d{2} \d{2}:\d{2}/, ''));
}

describe('the archive a dyno is made of', () => {
  beforeEach(async () => {
    await mkdir(join(folder, 'app/bin'), { recursive: true });
    await writeFile(join(folder, 'app/bin/web'), 'x'.repeat(1025), { mode: 0o755 });
    await symlink('bin/web', join(folder, 'app/start'));
  });

  test.each(['gnu', 'pax', 'ustar'])('belongs to the dyno user (%s)', async (format) => {
    const entries = await rewritten(`--format=${format}`, '--sort=name', './app');
    expect(entries).toEqual([
      expect.stringMatching(/^drwxr-xr-x 1000\/1000 .*\.\/app\/$/),
      expect.stringMatching(/^drwxr-xr-x 1000\/1000 .*\.\/app\/$/),
      expect.stringMatching(/^drwxr-xr-x 1000\/1000 .*\.\/app\/bin\/$/),
      expect.stringMatching(/^-rwxr-xr-x 1000\/1000 .*\.\/app\/bin\/web$/),
      expect.stringMatching(/^lrwxrwxrwx 1000\/1000 .*\.\/app\/start -> bin\/web$/),
    ]);
  });

  test.each(['gnu', 'pax'])('keeps names of any length and bytes (%s)', async (format) => {
    const long = `${'long/'.repeat(60)}ende-Ää-日本`;
    await mkdir(join(folder, 'app', long), { recursive: true });
    // Cut off at the 100 bytes of the header, this name is a folder's.
    const cut = 'a'.repeat(100 - './app//b/'.length);
    await mkdir(join(folder, 'app', cut, 'b'), { recursive: true });
    await writeFile(join(folder, 'app', cut, 'b', 'cut'), 'cut');
    const odd = Buffer.concat([Buffer.from(join(folder, 'app/latin-')), Buffer.from([0xe4, 0xff])]);
    await writeFile(odd, 'latin');
    execFileSync('tar', ['-czf', 'slug.tgz', `--format=${format}`, './app'], { cwd: folder });
    await mkdir(join(folder, 'out'));
    execFileSync('tar', ['-xf', '-', '-C', join(folder, 'out')], {
      input: await archived('slug.tgz'),
    });
    execFileSync('diff', ['-r', '--no-dereference', join(folder, 'app'), join(folder, 'out/app')]);
  });

  test('has nothing from outside ./app/', async () => {
    await mkdir(join(folder, 'etc'));
    await writeFile(join(folder, 'etc/passwd'), 'root');
    const names = (await rewritten('./etc', 'app/bin', './app/start')).map(
      (line) => line.split('./')[1],
    );
    expect(names).toEqual(['app/', 'app/start -> bin/web']);
  });

  test('has an /app even where the slug has none', async () => {
    await mkdir(join(folder, 'other'));
    expect(await rewritten('./other')).toEqual([
      expect.stringMatching(/^drwxr-xr-x 1000\/1000 .*\.\/app\/$/),
    ]);
  });

  test('fails on what is no archive, and on half of one', async () => {
    const noise = Readable.from([Buffer.alloc(2048, 'noise')]);
    await expect(Readable.from(dynoArchive(noise)).toArray()).rejects.toThrow('not a tar archive');
    execFileSync('tar', ['-cf', 'whole.tar', './app'], { cwd: folder });
    const half = createReadStream(join(folder, 'whole.tar'), { end: 2000 });
    await expect(Readable.from(dynoArchive(half)).toArray()).rejects.toThrow('ends too early');
  });
});
