import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newestOf, run } from './command.ts';

/** The newest version of a package that begins so. */
export function newestOnNpm(name: string, version: string): string {
  const found: unknown = JSON.parse(npm('view', `${name}@${version}`, 'version') || '[]');
  const releases = [found]
    .flat()
    .map(String)
    .filter((one) => /^\d+\.\d+\.\d+$/.test(one));
  const newest = newestOf(releases, version);
  if (newest === undefined) throw new Error(`the npm registry has no ${name} ${version}`);
  return newest;
}

/** When a version of a package came out, in ISO 8601. */
export function publishedAt(name: string, version: string): string {
  const times: Record<string, string> = JSON.parse(npm('view', name, 'time'));
  const time = times[version];
  if (time === undefined)
    throw new Error(`the npm registry does not say how old ${name} ${version} is`);
  return new Date(time).toISOString();
}

/** Unpacks a package, as it was at the given time, to the folder. */
export function unpackFromNpm(spec: string, folder: string, before?: string): void {
  mkdirSync(folder, { recursive: true });
  const download = mkdtempSync(`${folder}.`);
  npm('pack', spec, `--pack-destination=${download}`, ...(before ? [`--before=${before}`] : []));
  for (const file of readdirSync(download)) {
    const archive = join(download, file);
    run('tar', ['--extract', '--file', archive, '--strip-components=1', '--directory', folder]);
  }
  rmSync(download, { recursive: true });
}

// With npm itself, for its registry settings, its certificates and its integrity checks; and from
// the root folder, so that no project's settings have a say.
function npm(...args: string[]): string {
  return run('npm', [...args, '--json', '--loglevel=error'], '/');
}
