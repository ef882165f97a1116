import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyExample } from './apps.ts';
import { machine } from './machine.ts';

/** Where this machine's mirror has the archive of each library in the example's composer.lock. */
const libraries: Readonly<Record<string, string>> = {
  'monolog/monolog': 'monolog',
  'psr/log': 'psrlog',
};

interface Lock {
  readonly packages: readonly { readonly name: string; readonly dist: { url: string } }[];
}

/**
 * Copies the PHP example and changes it to take its libraries from this machine's mirror instead of
 * their makers', as an app with a mirror of its own has it: Composer has no setting for that but the
 * addresses in composer.lock. The mirror speaks HTTP, which Composer has to be told to accept.
 * @param files more files, or others in their place.
 */
export function copyPhpExample(files: Readonly<Record<string, string>> = {}): string {
  const folder = copyExample('php');
  change(join(folder, 'composer.json'), (manifest: { config: object }) => ({
    ...manifest,
    config: { ...manifest.config, 'secure-http': false },
  }));
  change(join(folder, 'composer.lock'), (lock: Lock) => {
    for (const { name, dist } of lock.packages) dist.url = mirrorUrl(libraries[name]) ?? dist.url;
    return lock;
  });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Where the library is to be had; `undefined` where its makers can be reached. */
function mirrorUrl(name = ''): string | undefined {
  const variables = Object.fromEntries(
    machine.mirror(name).map((line) => line.split('=') as [string, string]),
  );
  const mirror = variables[`${name.toUpperCase()}_MIRROR`];
  return mirror && `${mirror}/${name}-${variables[`${name.toUpperCase()}_VERSION`]}.zip`;
}

function change<Content>(file: string, edit: (content: Content) => object): void {
  const content: Content = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify(edit(content), null, 4)}\n`);
}
