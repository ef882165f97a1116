import { ContentsReader, type SlugContents } from './contents.ts';
import { type Excluded, Exclusion } from './exclusion.ts';
import { type FolderSize, FolderSizes } from './folder-sizes.ts';
import { ParallelGzip } from './parallel-gzip.ts';
import { PartialFile } from './partial-file.ts';
import { type AppendedFile, SlugTar } from './slug-tar.ts';

/** What a slug is made from, and where. */
export interface SlugOptions {
  /**
   * The tar of the container's `/app`, in the pieces in which it comes, each lent until the next is
   * asked for. It is to end with an error when `signal` does: nothing else ends a wait for it.
   */
  readonly archive: AsyncIterable<Buffer>;
  /** `.gitignore` patterns of what is left out. */
  readonly exclude: readonly string[];
  /** Files of our own that are put into the slug, over the app's if it has the same. */
  readonly appended: readonly AppendedFile[];
  /** Time of everything in the slug, in seconds since 1970, whatever it has in the image. */
  readonly modified: number;
  /** Where the slug goes; a file that is there is replaced, once the new one is whole. */
  readonly path: string;
  /** zlib's level, 1 (fast) to 9 (small). */
  readonly level?: number;
  readonly signal: AbortSignal;
}

/** A slug on disk. */
export interface Slug {
  readonly path: string;
  /** Bytes of the compressed file. */
  readonly sizeBytes: number;
  /** `SHA256:` and lower-case hexadecimal digits, the form of the Platform API. */
  readonly checksum: string;
  /** Files, symbolic links and hard links. */
  readonly files: number;
  /** Bytes of the files' content. */
  readonly unpackedBytes: number;
  /** Where those bytes are, the largest folder first. */
  readonly folders: readonly FolderSize[];
  /** What was left out, by pattern, most bytes first. */
  readonly excluded: readonly Excluded[];
  readonly contents: SlugContents;
}

/**
 * zlib's level where none is asked for: the fastest whose slug is at most 3 % larger than that of
 * `tar cfz`, which takes gzip's level 6. On 680 MB of an app's packages, 2 cores and in the same
 * run (`npm run bench`), level 4 is 2.1 times as fast as the original plugin and 4.3 % larger, level
 * 5 is 2.6 times as fast and 1.4 % larger, level 6 is 1.5 times as fast and 0.6 % larger: sizes are
 * the same in every run, while times of neighbouring levels differ by less than the machine's noise.
 */
export const defaultLevel = 5;

/**
 * Makes `slug.tgz` from a container's `/app` in one pass, with the same memory whatever its size.
 * The same files at the same time make the same bytes (with the same zlib, that is the same Node.js).
 * If anything goes wrong nothing is left behind, and a file that was at `path` is as it was.
 * @throws DeployError on what a slug cannot hold, an app without files, an archive that is cut off
 *   or damaged, and a disk that is full; the signal's reason on its abort.
 */
export async function createSlug(options: SlugOptions): Promise<Slug> {
  options.signal.throwIfAborted();
  const file = await PartialFile.open(options.path);
  const gzip = new ParallelGzip({
    level: options.level ?? defaultLevel,
    output: (bytes) => file.append(bytes),
  });
  try {
    const exclusion = new Exclusion(options.exclude);
    const folders = new FolderSizes();
    const contents = new ContentsReader();
    const tar = new SlugTar({
      exclusion,
      folders,
      contents,
      appended: options.appended,
      modified: options.modified,
      output: (bytes) => gzip.write(bytes),
    });
    await copyArchive(options, tar, gzip);
    const { sizeBytes, sha256 } = await file.complete();
    return {
      path: options.path,
      sizeBytes,
      checksum: `SHA256:${sha256}`,
      files: tar.files,
      unpackedBytes: tar.bytes,
      folders: folders.largestFirst(),
      excluded: exclusion.summary(),
      contents: contents.contents,
    };
  } finally {
    await gzip.close();
    await file.discard();
  }
}

async function copyArchive(options: SlugOptions, tar: SlugTar, gzip: ParallelGzip): Promise<void> {
  for await (const chunk of options.archive) {
    options.signal.throwIfAborted();
    tar.push(chunk);
    if (!gzip.isFull) continue;
    await gzip.ready();
  }
  options.signal.throwIfAborted();
  tar.end();
  await gzip.end();
  options.signal.throwIfAborted();
}
