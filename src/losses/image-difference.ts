import { constants } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runDocker } from '../docker/command.ts';
import { dynoPlatform } from '../docker/image.ts';
import { withOwnNames } from '../docker/own-names.ts';
import { quoteForShell } from '../shell-word.ts';
import { withTemporaryFolder } from '../temporary.ts';
import { DebianPackages } from './debian-packages.ts';

/** The images to compare, by their ids, and with what. */
export interface Comparison {
  /** The one with `/app`. */
  readonly app: string;
  /** The one that it was built on, or whatever else its own is to be told from. */
  readonly stack: string;
  /** The one that dynos boot on. */
  readonly run: string;
  /** Folders below `/app` in which the dyno's shell looks for programs. */
  readonly programFolders: readonly string[];
  /** A builder that has the engine's images. */
  readonly builder: string;
  readonly signal: AbortSignal;
}

/** A file or a link of an image. */
export interface ImageFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly isExecutable: boolean;
}

/** What an image has and a dyno has not, and the other way round. */
export interface ImageDifference {
  /** All that the app's image has outside `/app` and the image that it was built on has not. */
  readonly added: readonly ImageFile[];
  /** The shared libraries of the app's image outside `/app`, whoever put them there. */
  readonly libraries: readonly ImageFile[];
  /** The packages that the app's image has its programs and libraries from. */
  readonly packages: DebianPackages;
  /** What a dyno's shell takes for a command, be it the run image's or below `/app`. */
  readonly commands: ReadonlySet<string>;
  /** Names of the shared libraries that the run image's loader finds by itself. */
  readonly loaderCache: ReadonlySet<string>;
  /** Paths of all shared libraries of the run image. */
  readonly runLibraries: ReadonlySet<string>;
}

/** Where the builds below keep what is theirs; no image has it. */
const ownFolder = '/heroku-docker';

/** Outside `/app`, and missed by nobody: caches, logs, what the builder itself leaves. */
const ignoredPaths = [
  ...['app', 'dev', ownFolder.slice(1), 'proc', 'run', 'sys', 'tmp'],
  ...['etc/hostname', 'etc/hosts', 'etc/ld.so.cache', 'etc/resolv.conf'],
  ...['root/.cache', 'root/.npm', 'usr/share/doc', 'usr/share/info', 'usr/share/man'],
  ...['var/backups', 'var/cache', 'var/lib/apt', 'var/lib/dpkg', 'var/log', 'var/tmp'],
];

/** A shared library's path, as a pattern of grep's. */
const library = '\\.so(\\.[^/]*)?$';

/**
 * Compares images by their files, in one build of the engine's own: the engine may be on another
 * machine, and images that were looked at before are answered from the build cache. Only programs
 * of the run image are run for it, and none of the app's image.
 * @throws DeployError where the build fails, as with a run image that has no bash.
 */
export async function compareImages(comparison: Comparison): Promise<ImageDifference> {
  const { app, stack, run, builder, signal } = comparison;
  return withTemporaryFolder((folder) =>
    withOwnNames(run, [app, stack], async ([runName = '', appName = '', stackName = '']) => {
      await runDocker(
        [
          ...['buildx', 'build', '--builder', builder, '--progress', 'plain'],
          ...['--platform', dynoPlatform, '--provenance', 'false', '--sbom', 'false'],
          ...['--output', `type=local,"dest=${folder.replaceAll('"', '""')}"`, '-'],
        ],
        {
          signal,
          onLine: () => {},
          input: [
            ...stage('run', runName, [], ['bash', '-c', lookAtRunImage]),
            ...stage('stack', stackName, ['tools'], withTools(listFiles)),
            ...stage('app', appName, ['tools', 'stack'], withTools(lookAtApp(comparison))),
            'FROM scratch',
            `COPY --from=run ${ownFolder}/found /`,
            `COPY --from=app ${ownFolder}/found /`,
          ].join('\n'),
        },
      );
      return readDifference(folder);
    }),
  );
}

/** What a stage may have of those before it. */
const mounts = {
  tools: `--mount=from=run,source=${ownFolder}/tools,target=${ownFolder}/tools`,
  stack: `--mount=from=stack,source=${ownFolder}/found,target=${ownFolder}/stack`,
};

/**
 * A stage that looks at an image, which is its root and not a mount: of that, BuildKit would read
 * every file for the key of its cache.
 */
function stage(
  name: string,
  image: string,
  mounted: readonly (keyof typeof mounts)[],
  command: readonly string[],
): string[] {
  return [
    `FROM ${image} AS ${name}`,
    'USER 0:0',
    // The image's own must not reach the programs below.
    'ENV LC_ALL=C BASH_ENV= LD_LIBRARY_PATH= LD_PRELOAD=',
    `WORKDIR ${ownFolder}/found`,
    `RUN ${[...mounted.map((key) => mounts[key]), '--network=none', JSON.stringify(command)].join(' ')}`,
  ];
}

const tools = ['comm', 'find', 'grep', 'sort'];

const strict = 'set -o errexit -o nounset -o pipefail';

/** In the run image: what it has, and its programs for the other images, with all that these need. */
const lookAtRunImage = `${strict}
compgen -c >commands
ldconfig -p >loader-cache
find / -xdev -name '*.so*' -printf '/%P\\0' >run-libraries
mkdir ../tools
for name in bash ${tools.join(' ')}; do cp "$(type -P "$name")" ../tools; done
ldd ../tools/* | sed --quiet 's|.*[[:space:]]\\(/[^ ]*\\) (0x.*|\\1|p' | sort --unique \\
  | xargs cp --dereference --target-directory=../tools`;

/** Runs a script by the run image's bash, where its other programs are the run image's too. */
function withTools(script: string): string[] {
  const folder = `${ownFolder}/tools`;
  const start = [`${folder}/ld-linux-x86-64.so.2`, '--inhibit-cache', '--library-path', folder];
  const functions = tools.map((name) => `${name}() { ${start.join(' ')} ${folder}/${name} "$@"; }`);
  return [...start, `${folder}/bash`, '-c', [strict, ...functions, script].join('\n')];
}

/** In any image; its entries end with a zero byte, so that a name may hold whatever it likes. */
const listFiles = `
find / -xdev '(' ${ignoredPaths.map((path) => `-path /${path}`).join(' -o ')} ')' -prune \\
  -o '(' -type f -o -type l ')' -printf '%T@ %s %m /%P\\0' | sort --zero-terminated >files`;

/** In the app's image. That grep finds nothing, or no file to look into, is no failure. */
function lookAtApp({ programFolders }: Comparison): string {
  const folders = programFolders.map(quoteForShell).join(' ');
  return `${listFiles}
comm --zero-terminated -13 ../stack/files files >added
grep --null-data --extended-regexp '${library}' files >libraries || true
grep --recursive --include='*.list' --extended-regexp '/s?bin/[^/]*$|${library}' \\
  /var/lib/dpkg/info >packages 2>/dev/null || true
grep --extended-regexp '^(Package|Pre-Depends|Depends|Recommends): ' \\
  /var/lib/dpkg/status >dependencies 2>/dev/null || true
find -H ${folders || '/app'} -mindepth 1 -maxdepth 1 -printf '%f\\n' >app-commands 2>/dev/null || true`;
}

async function readDifference(folder: string): Promise<ImageDifference> {
  // An image may have put links where these files go, and they would lead anywhere on this machine.
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW;
  const read = (name: string) => readFile(join(folder, name), { encoding: 'utf8', flag });
  return {
    added: filesIn(await read('added')),
    libraries: filesIn(await read('libraries')),
    packages: new DebianPackages(await read('packages'), await read('dependencies')),
    commands: new Set(`${await read('commands')}${await read('app-commands')}`.split('\n')),
    loaderCache: librariesIn(await read('loader-cache')),
    runLibraries: new Set((await read('run-libraries')).split('\0')),
  };
}

function filesIn(listing: string): ImageFile[] {
  return listing
    .split('\0')
    .slice(0, -1)
    .map((entry) => {
      const [, bytes, mode, path] = /^\S+ (\d+) (\d+) (.*)$/s.exec(entry) ?? [];
      const isExecutable = (Number.parseInt(`${mode}`, 8) & 0o111) !== 0;
      return { path: `${path}`, bytes: Number(bytes), isExecutable };
    });
}

/** Lines `<tab>libz.so.1 (libc6,x86-64) => /lib/x86_64-linux-gnu/libz.so.1`. */
function librariesIn(cache: string): ReadonlySet<string> {
  return new Set(
    [...cache.matchAll(/^\t(\S+) \([^)]*x86-64[^)]*\) =>/gm)].map(([, name = '']) => name),
  );
}
