import type { TemplateValues } from './platform.ts';

/** A program from its vendor, for the partial `runtime` of the templates. */
export interface Runtime {
  /** Begins the names of its build arguments: `NODE` for `NODE_MIRROR`, `NODE_VERSION`, `NODE_SHA256`. */
  readonly prefix: string;
  /** Where the vendor has it; the build argument names another place of the same layout. */
  readonly mirror: string;
  /** Path below the mirror, in which the shell fills in the version: `v${NODE_VERSION}/node.tar.gz`. */
  readonly path: string;
  /**
   * Whether the vendor has one for each stack. The shell then knows what the image is by its
   * /etc/os-release, so that a Dockerfile fits the next stack too: `${VERSION_ID}` is `24.04`, and
   * `heroku-${VERSION_ID%.*}` the stack's name.
   */
  readonly perStack?: boolean;
  readonly version: string;
  /** As the vendor publishes it, in hexadecimal digits; `undefined` where it publishes none. */
  readonly checksum: string | undefined;
  /** What the checksum is made with: `sha256` where it is not said. */
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  /** Where the archive is unpacked to: a folder that is there. */
  readonly folder: string;
  /** Name in that folder of a program that is one file (a jar, say), and no archive to unpack. */
  readonly fileName?: string;
  /** Whether all in the archive is in one folder, which is left out. */
  readonly topFolder: boolean;
  /** Commands that follow the unpacking, in the same layer. */
  readonly steps: readonly string[];
}

/** Values for the partial `runtime`, which downloads a program, checks it and puts it in its folder. */
export function runtimeValues(runtime: Runtime): TemplateValues {
  const { prefix, path, algorithm = 'sha256' } = runtime;
  const isZip = path.endsWith('.zip');
  const [extension = ''] = /(\.tar)?\.\w+$/.exec(path) ?? [];
  return {
    prefix,
    mirror: runtime.mirror,
    version: runtime.version,
    checksum: runtime.checksum,
    checksumName: algorithm.toUpperCase(),
    checksumVariable: `\${${prefix}_${algorithm.toUpperCase()}}`,
    checksumProgram: `${algorithm}sum`,
    file: `/tmp/${prefix.toLowerCase()}${extension}`,
    url: `\${${prefix}_MIRROR}/${path}`,
    perStack: runtime.perStack,
    folder: runtime.folder,
    fileName: runtime.fileName,
    topFolder: runtime.topFolder,
    isZip,
    steps: runtime.steps,
  };
}
