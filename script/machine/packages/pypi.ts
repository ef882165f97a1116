import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newestOf, run } from './command.ts';

/** The newest version of a package that begins so. */
export function newestOnPypi(name: string, version: string): string {
  const [, list = ''] = /^Available versions: (.*)$/m.exec(pip('index', 'versions', name)) ?? [];
  const newest = newestOf(list.split(', '), version);
  if (newest === undefined) throw new Error(`the Python package index has no ${name} ${version}`);
  return newest;
}

/** Unpacks a package's wheel for x86-64 to the folder: its files, and what says where they belong. */
export function unpackFromPypi(name: string, version: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const download = join(folder, '..', `${name}.download`);
  const platform = ['--platform=manylinux_2_28_x86_64', '--platform=manylinux2014_x86_64'];
  const wheel = ['--only-binary=:all:', '--no-deps', ...platform];
  pip('download', '--quiet', ...wheel, `--dest=${download}`, `${name}==${version}`);
  for (const file of readdirSync(download)) {
    run('unzip', ['-q', join(download, file), '-d', folder]);
  }
  rmSync(download, { recursive: true });
}

// With pip itself, for its registry settings, its certificates and its hashes; and from the root
// folder, so that no project's settings have a say.
function pip(...args: string[]): string {
  return run('pip', [...args, '--disable-pip-version-check'], '/');
}
