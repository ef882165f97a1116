import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { newestOf, run } from './command.ts';
import { stackSuite, unpackDebian } from './debian.ts';

const cache = join(
  process.env['HEROKU_DOCKER_CACHE'] ||
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'heroku-docker-release'),
  'go',
);

/** The newest version of Go itself that begins so, of those that the module proxy has. */
export function newestGo(version: string): string {
  const releases = go({}, 'list', '-m', '-versions', 'golang.org/toolchain')
    .split(/\s+/)
    .flatMap((name) => /^v0\.0\.1-go([\d.]+)\.linux-amd64$/.exec(name)?.[1] ?? []);
  const newest = newestOf(releases, version);
  if (newest === undefined) throw new Error(`the Go module proxy has no Go ${version}`);
  return newest;
}

/**
 * The folder of a version of Go: the machine's own, or the one that its `go` fetches as a module
 * (https://go.dev/doc/toolchain) and makes fit to run.
 */
export function folderOfGo(version: string): string {
  return go({ GOTOOLCHAIN: `go${version}` }, 'env', 'GOROOT').trim();
}

/** Builds a program of a module into the folder: without C, and the same on every machine. */
export function installGoProgram(program: string, goVersion: string, folder: string): void {
  const environment = { GOTOOLCHAIN: `go${goVersion}`, GOBIN: folder, CGO_ENABLED: '0' };
  go(environment, 'install', '-trimpath', '-ldflags=-s -w', program);
}

/** Where a module's files are. */
export function folderOfGoModule(module: string): string {
  const answer: { Dir: string } = JSON.parse(go({}, 'mod', 'download', '-json', module));
  return answer.Dir;
}

// From the root folder, so that no project's go.mod has a say, and with caches of its own.
function go(environment: Readonly<Record<string, string>>, ...args: string[]): string {
  const variables = {
    GOMODCACHE: join(cache, 'modules'),
    GOCACHE: join(cache, 'build'),
    GOFLAGS: '-modcacherw',
    ...environment,
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return run('env', [...settings, program(), ...args], '/');
}

/** The machine's `go`, or Debian's, unpacked. */
function program(): string {
  if (existsSync('/usr/local/go/bin/go')) return '/usr/local/go/bin/go';
  const folder = join(cache, 'debian');
  if (!existsSync(folder)) unpackGo(folder);
  return join(folder, 'usr/lib/go-1.24/bin/go');
}

// Packers run side by side: the folder gets its name when all is in it.
function unpackGo(folder: string): void {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  unpackDebian(stackSuite, ['golang-1.24-go', 'golang-1.24-src'], work);
  try {
    renameSync(work, folder);
  } catch (error) {
    rmSync(work, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}
