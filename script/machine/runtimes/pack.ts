// Packs a language runtime from package registries' packages, for a machine that reaches those but
// not the vendors. They hold the same programs.
//
//   node pack.ts FOLDER URL RUNTIME
//
// fills FOLDER, which URL is known to serve, and prints `export` lines for what it packed; it does
// neither where the vendor can be reached. RUNTIME is
// a name, or name@version where the version may be a prefix: node, node@22, node@24.19.0. Node's
// built-in modules only: nothing has to be installed first.

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { run } from '../packages/command.ts';
import type { Download, Packer } from './packer.ts';

async function pack(root: string, url: string, runtime: string): Promise<void> {
  const [name = '', asked] = runtime.split('@');
  const packer = await packerOf(name);
  if (await canBeFetched(packer.vendor)) return;
  const version = packer.resolve(asked || packer.defaultVersion);
  const download = packer.download(version);
  const path = `${keyOf(name)}/${name}`;
  const file = join(root, path, download.path);
  if (!existsSync(file)) {
    process.stderr.write(`runtime-mirror: packing ${name} ${version}\n`);
    publish(download, file);
  }
  const prefix = name.toUpperCase();
  const checksum = download.checksum ?? 'sha256';
  print(`export ${prefix}_MIRROR=${url}/${path}`);
  print(`export ${prefix}_VERSION=${version}`);
  print(`export ${prefix}_${checksum.toUpperCase()}=${readChecksum(file)}`);
}

async function canBeFetched(url: string): Promise<boolean> {
  const request = { method: 'HEAD', signal: AbortSignal.timeout(10_000) };
  return await fetch(url, request).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function packerOf(name: string): Promise<Packer> {
  const file = join(import.meta.dirname, `${name}.ts`);
  if (!/^[a-z]+$/.test(name) || !existsSync(file)) throw new Error(`unknown runtime ${name}`);
  return ((await import(file)) as { default: Packer }).default;
}

/** Another way of packing must not find what the old one has made. */
function keyOf(name: string): string {
  const packages = join(import.meta.dirname, '../packages');
  const sources = [
    join(import.meta.dirname, 'pack.ts'),
    join(import.meta.dirname, `${name}.ts`),
    ...readdirSync(packages)
      .sort()
      .map((file) => join(packages, file)),
  ];
  return hashOf('sha256', sources.map((file) => readFileSync(file, 'utf8')).join('')).slice(0, 16);
}

/** The archive gets its name last, so that one that is there is whole and has its checksum. */
function publish(download: Download, file: string): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  try {
    const content = download.assemble(work);
    const archived = assembled(download, content, work, file);
    const checksum = hashOf(download.checksum ?? 'sha256', readFileSync(archived));
    writeFileSync(checksumFile(archived), checksum);
    renameSync(checksumFile(archived), checksumFile(file));
    renameSync(archived, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The file to publish; where it has others beside it, those are published already. */
function assembled(download: Download, content: string, work: string, file: string): string {
  if (download.isFolder) {
    const main = join(content, basename(file));
    cpSync(content, dirname(file), { recursive: true, filter: (path) => path !== main });
    return main;
  }
  const archived = join(work, 'published', basename(file));
  mkdirSync(dirname(archived));
  if (statSync(content).isDirectory()) archive(download, content, archived);
  else renameSync(content, archived);
  return archived;
}

// Nothing of the hour, the user or the disk's order gets in: the same packages make the same
// checksum on every machine (not the vendor's: theirs is another file). Compressed lightly, as
// nobody downloads it over a slow line.
function archive({ withoutTopFolder }: Download, folder: string, file: string): void {
  const [from, name] = withoutTopFolder ? [folder, '.'] : [dirname(folder), basename(folder)];
  if (file.endsWith('.zip')) {
    run('find', [name, '-exec', 'touch', '--no-dereference', '--date=1980-01-01', '{}', '+'], from);
    run('zip', ['--quiet', '--recurse-paths', '--symlinks', '-X', '-1', file, name], from);
    return;
  }
  const compress = file.endsWith('.zst') ? 'zstd -1 --threads=0' : 'gzip -1 --no-name';
  run('tar', [
    '--create',
    ...['--file', file],
    `--use-compress-program=${compress}`,
    ...['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'],
    ...['--directory', from, name],
  ]);
}

function checksumFile(file: string): string {
  return `${file}.checksum`;
}

function readChecksum(file: string): string {
  return readFileSync(checksumFile(file), 'utf8');
}

function hashOf(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex');
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const [root, url, runtime] = process.argv.slice(2);
try {
  if (root === undefined || url === undefined || runtime === undefined) {
    throw new Error('see the top of pack.ts for its use');
  }
  await pack(root, url, runtime);
} catch (error) {
  process.stderr.write(`runtime-mirror: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
