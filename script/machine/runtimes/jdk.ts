import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { run } from '../packages/command.ts';
import { debianVersion, stackSuite, unpackDebian } from '../packages/debian.ts';
import type { Packer } from './packer.ts';

/**
 * A JDK as Heroku has Azul's: `V.tar.gz`, without a top folder
 * (heroku-buildpack-jvm-common, inventory.json). It is Debian's build of the same OpenJDK.
 */
const jdk: Packer = {
  vendor:
    'https://heroku-buildpacks-jvm.s3.dualstack.us-east-1.amazonaws.com/openjdk/zulu/amd64/25.0.2.tar.gz',
  defaultVersion: '25',
  resolve: (version) => {
    const [release = ''] = debianVersion(stackSuite, developmentKit(majorOf(version))).split('+');
    return release;
  },
  download: (version) => ({
    path: `${version}.tar.gz`,
    withoutTopFolder: true,
    assemble: (work) => assembleJdk(majorOf(version), work),
  }),
};

export default jdk;

/** What Azul has inside the JDK, and Debian in packages of its own; by the module that loads it. */
const librariesOf: Readonly<Record<string, Libraries>> = {
  'java.desktop': {
    packages: [
      ...['libfreetype6', 'libharfbuzz0b', 'libjpeg62-turbo', 'liblcms2-2'],
      ...['libpng16-16t64', 'libglib2.0-0t64', 'libgraphite2-3', 'libatomic1'], // Those need these.
    ],
    names: /^lib(freetype|harfbuzz|jpeg|lcms2|png16|glib-2\.0|graphite2|atomic)\.so\.\d+$/,
  },
  'java.smartcardio': { packages: ['libpcsclite1'], names: /^libpcsclite(_real)?\.so\.1$/ },
};

interface Libraries {
  readonly packages: readonly string[];
  /** The files of theirs that count. */
  readonly names: RegExp;
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? '';
}

function developmentKit(major: string): string {
  return `openjdk-${major}-jdk-headless`;
}

function assembleJdk(major: string, work: string): string {
  const root = join(work, 'root');
  const folder = join(root, `usr/lib/jvm/java-${major}-openjdk-amd64`);
  unpackDebian(stackSuite, [developmentKit(major), `openjdk-${major}-jre-headless`], root);
  for (const link of linksBelow(folder)) replaceLink(link, root);
  for (const module of readdirSync(join(folder, 'jmods'))) {
    removeSymbols(join(folder, 'jmods', module));
  }
  for (const [module, libraries] of Object.entries(librariesOf)) {
    const unpacked = join(work, module);
    const staged = join(unpacked, 'lib');
    unpackDebian(stackSuite, libraries.packages, unpacked);
    takeLibraries(join(unpacked, 'usr/lib/x86_64-linux-gnu'), libraries.names, staged);
    addLibraries(staged, folder, module);
  }
  return folder;
}

function linksBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Debian keeps settings in /etc and manuals elsewhere: what was unpacked with it moves in. */
function replaceLink(link: string, root: string): void {
  if (basename(link) === 'cacerts') return; // To the stack's, where the template leads it anyway.
  const target = readlinkSync(link);
  const file = target.startsWith('/') ? join(root, target) : resolve(dirname(link), target);
  rmSync(link);
  if (existsSync(file)) cpSync(realpathSync(file), link, { recursive: true });
}

/** The files of those names, whatever their links lead to. */
function takeLibraries(from: string, names: RegExp, staged: string): void {
  mkdirSync(staged);
  for (const name of readdirSync(from).filter((name) => names.test(name))) {
    cpSync(realpathSync(join(from, name)), join(staged, name));
  }
  run('find', [staged, '-exec', 'touch', '--date=1980-01-01', '{}', '+']);
}

/**
 * Into the JDK's folder of libraries, where its own look for others, and into the module, which
 * `jlink` takes them from.
 */
function addLibraries(staged: string, jdkFolder: string, module: string): void {
  cpSync(staged, join(jdkFolder, 'lib'), { recursive: true });
  changeModule(join(jdkFolder, 'jmods', `${module}.jmod`), dirname(staged), [
    ...['--recurse-paths', '--no-dir-entries'],
    basename(staged),
  ]);
}

/** Debian leaves debugging symbols in the modules: 260 MB of them. */
function removeSymbols(module: string): void {
  if (!readFileSync(module).includes('.debuginfo')) return;
  changeModule(module, dirname(module), ['--delete', '*.debuginfo']);
}

/** A module is a zip archive with four bytes before it, which `zip` does not take. */
function changeModule(module: string, folder: string, change: readonly string[]): void {
  const archive = `${module}.zip`;
  const content = readFileSync(module);
  writeFileSync(archive, content.subarray(4));
  run('zip', ['--quiet', '-X', '-1', archive, ...change], folder);
  writeFileSync(module, Buffer.concat([content.subarray(0, 4), readFileSync(archive)]));
  rmSync(archive);
}
