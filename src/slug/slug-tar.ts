import { DeployError } from '../errors.ts';
import { printableName } from '../printable.ts';
import { entryType, headerWriter, paddedSize, type TarHeader, zeroBlock } from '../tar/header.ts';
import { type ContentSink, TarReader } from '../tar/reader.ts';
import { SymbolicLinks } from '../tar/symbolic-links.ts';
import { CompiledPython } from './compiled-python.ts';
import type { ContentsReader } from './contents.ts';
import type { Exclusion } from './exclusion.ts';
import type { FolderSizes } from './folder-sizes.ts';

/** A file of our own that a slug gets besides what the container's `/app` holds. */
export interface AppendedFile {
  /** Relative to `/app`, such as `.profile.d/image.sh`. */
  readonly path: string;
  readonly content: string;
  /** Permission bits. */
  readonly mode: number;
}

/** What a {@link SlugTar} is made with. */
export interface SlugTarOptions {
  readonly exclusion: Exclusion;
  readonly folders: FolderSizes;
  /** Is shown what of the app is in the slug. */
  readonly contents: ContentsReader;
  readonly appended: readonly AppendedFile[];
  /** Time of everything in the slug, in seconds since 1970. */
  readonly modified: number;
  /** Gets the slug's bytes; they are only lent. */
  readonly output: ContentSink;
}

/**
 * Turns the tar of a container's `/app`, pushed in as it comes, into the tar of a slug: every name
 * begins `./app/`, the owner is root, the time is the one that was given, the format is GNU's, the
 * excluded is left out. So the same tree makes the same bytes, whenever and wherever it was built:
 * it comes in the same order, since the engine walks a folder in lexical order
 * (https://github.com/moby/go-archive, archive.go: `filepath.WalkDir`), and extended attributes are
 * left behind.
 */
export class SlugTar {
  readonly #options: SlugTarOptions;
  readonly #reader = new TarReader((header) => this.#takeEntry(header));
  /** Folders that appended files lie in, and that the app does not have. */
  readonly #missingFolders: Set<string>;
  readonly #appendedFolders: ReadonlySet<string>;
  readonly #appendedPaths: ReadonlySet<string>;
  readonly #links = new SymbolicLinks();
  readonly #python: CompiledPython;
  #files = 0;
  #bytes = 0;

  constructor(options: SlugTarOptions) {
    this.#options = options;
    this.#python = new CompiledPython(options.modified);
    this.#appendedFolders = new Set(options.appended.flatMap(({ path }) => foldersOf(path)));
    this.#appendedPaths = new Set(options.appended.map(({ path }) => path));
    this.#missingFolders = new Set(this.#appendedFolders);
  }

  /** Files, symbolic links and hard links up to now. */
  get files(): number {
    return this.#files;
  }

  /** Bytes of content up to now. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Takes the next bytes of the container's archive.
   * @throws DeployError on an entry that a slug cannot hold, and on a damaged archive.
   */
  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  /**
   * Ends the slug: what is appended, and the end of the archive.
   * @throws DeployError where the container's archive was cut off, or left no file.
   */
  end(): void {
    this.#reader.end();
    if (this.#files === 0) throw emptyApp(this.#options.exclusion);
    for (const folder of this.#missingFolders) {
      const name = Buffer.from(`./${root}/${folder}/`);
      this.#write({ ...plain, type: entryType.folder, name, mode: 0o755 });
    }
    for (const file of this.#options.appended) this.#append(file);
    this.#options.output(zeroBlock);
    this.#options.output(zeroBlock);
  }

  #append(file: AppendedFile): void {
    const content = Buffer.from(file.content);
    const name = Buffer.from(`./${root}/${file.path}`);
    this.#count(file.path, content.length);
    this.#write({ ...plain, name, mode: file.mode, size: content.length });
    this.#options.output(Buffer.concat([content], paddedSize(content.length)));
  }

  #write(header: Omit<TarHeader, 'modified'>): void {
    writeRootsHeader({ ...header, modified: this.#options.modified }, this.#options.output);
  }

  #count(path: string, bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    this.#options.folders.add(path, bytes);
  }

  #takeEntry(header: TarHeader): ContentSink | undefined {
    const { exclusion, contents } = this.#options;
    const path = pathBelowRoot(header.name);
    const isFolder = header.type === entryType.folder;
    if (path === '') return this.#takeRoot(header);
    const pattern = exclusion.patternFor(isFolder ? `${path}/` : path);
    if (pattern !== undefined) {
      if (!isFolder) exclusion.count(pattern, header.size);
      return undefined;
    }
    checkType(header.type, path);
    if (this.#appendedFolders.has(path)) this.#haveFolder(path, isFolder);
    if (this.#appendedPaths.has(path)) return this.#giveWay(path, isFolder);
    this.#checkLinks(header);
    const linkName = this.#linkName(header, path);
    const entry = { ...header, name: slugName(header.name, isFolder), linkName };
    for (const written of this.#python.start(entry)) this.#write(written);
    if (!isFolder) {
      this.#count(path, header.size);
      contents.start(header.type, path, header.size);
    }
    return this.#takeContent;
  }

  readonly #takeContent: ContentSink = (bytes) => {
    this.#options.contents.push(bytes);
    this.#python.push(bytes, this.#options.output);
  };

  #takeRoot(header: TarHeader): undefined {
    if (header.type !== entryType.folder) {
      throw new DeployError(
        `/${root} in the image is no folder.`,
        `Make /${root} a folder in the Dockerfile, with the app and all it needs below it; only that folder is released.`,
      );
    }
    this.#write({ ...header, name: slugName(header.name, true) });
  }

  #haveFolder(path: string, isFolder: boolean): void {
    this.#missingFolders.delete(path);
    if (isFolder) return;
    throw new DeployError(
      `/${root}/${path} in the image is no folder, and a script has to be written into it.`,
      `Make /${root}/${path} a folder in the Dockerfile, or remove it.`,
    );
  }

  /** An own file comes in place of the app's. Beside it, GNU tar could let a link of the app's win. */
  #giveWay(path: string, isFolder: boolean): undefined {
    if (isFolder) throw inPlaceOfOwn(`${path} in the image is a folder`);
  }

  /** In Latin-1, which tells any two names apart. */
  #checkLinks({ type, name, linkName }: TarHeader): void {
    const path = withoutSlash(name).toString('latin1');
    checkNoLink(this.#links, path);
    if (type === entryType.symbolicLink) this.#links.add(path);
    if (type === entryType.hardLink) checkNoLink(this.#links, linkName.toString('latin1'));
  }

  #linkName(header: TarHeader, path: string): Buffer {
    if (header.type !== entryType.hardLink) return header.linkName;
    const target = pathBelowRoot(header.linkName);
    const pattern = this.#options.exclusion.patternFor(target);
    // Its content went by with the excluded name, so it cannot be written here instead.
    if (pattern !== undefined) {
      throw new DeployError(
        `/${root}/${printableName(path)} is a hard link to /${root}/${printableName(target)}, which “${pattern}” leaves out of the slug.`,
        'Exclude both or neither, or make the one a copy of the other in the Dockerfile.',
      );
    }
    if (this.#appendedPaths.has(target)) throw inPlaceOfOwn(`${path} is a hard link to ${target}`);
    return slugName(header.linkName, false);
  }
}

/** As the reference implementation has it; the platform gives the files to the dyno's user. */
const writeRootsHeader = headerWriter({ id: 0, name: 'root' });

/** The one folder that becomes a slug. */
const root = 'app';

const plain = { type: entryType.file, linkName: Buffer.alloc(0), size: 0 };

/** All folders on the way to a file, the outermost first. */
function foldersOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

/** Parts of a path that name no entry: empty, `.` and `..`. */
const noName = /(?:^|\/)\.{0,2}(?:\/|$)/;

/**
 * The path below the root that a name in the container's archive stands for; the root's own is
 * empty. Bytes that are no UTF-8 are shown as replacement characters: this is for messages,
 * patterns and sums, the slug gets the bytes.
 * @throws DeployError on a name that leads elsewhere.
 */
function pathBelowRoot(name: Buffer): string {
  const text = name.toString();
  const path = text.endsWith('/') ? text.slice(0, -1) : text;
  if (path === root) return '';
  if (!path.startsWith(`${root}/`) || noName.test(path)) {
    throw new DeployError(
      `The archive that Docker sent names ${JSON.stringify(text)}, which is not below /${root}.`,
      `Remove what has that name from /${root} in the Dockerfile.`,
    );
  }
  return path.slice(root.length + 1);
}

const dotSlash = Buffer.from('./');
const slash = Buffer.from('/');
const slashByte = 0x2f;

/** The name that an entry has in the slug, from the one it has in the container's archive. */
function slugName(name: Buffer, isFolder: boolean): Buffer {
  const bare = withoutSlash(name);
  return Buffer.concat(isFolder ? [dotSlash, bare, slash] : [dotSlash, bare]);
}

function withoutSlash(name: Buffer): Buffer {
  return name[name.length - 1] === slashByte ? name.subarray(0, -1) : name;
}

function inPlaceOfOwn(what: string): DeployError {
  return new DeployError(
    `/${root}/${printableName(what)}, and a script has to be written in the place of that.`,
    'Remove it in the Dockerfile.',
  );
}

function checkNoLink(links: SymbolicLinks, path: string): void {
  const link = links.above(path);
  if (link === undefined) return;
  throw new DeployError(
    `The archive that Docker sent has ${printableName(path)}, which is below the symbolic link ${printableName(link)}.`,
    'Run again; if it stays, look for errors in the Docker engine’s log.',
  );
}

const refusedTypes: ReadonlyMap<number, string> = new Map([
  [entryType.characterDevice, 'a character device'],
  [entryType.blockDevice, 'a block device'],
  [entryType.fifo, 'a named pipe'],
]);

const keptTypes: ReadonlySet<number> = new Set([
  entryType.file,
  entryType.folder,
  entryType.symbolicLink,
  entryType.hardLink,
]);

function checkType(type: number, path: string): void {
  if (keptTypes.has(type)) return;
  const what = refusedTypes.get(type) ?? `of type “${String.fromCharCode(type)}”`;
  throw new DeployError(
    `/${root}/${printableName(path)} is ${what}, which a slug cannot hold.`,
    'Remove it in the Dockerfile, or leave it out with the exclude input.',
  );
}

function emptyApp(exclusion: Exclusion): DeployError {
  const excluded = exclusion.summary().map(({ pattern }) => pattern);
  const but = excluded.length > 0 ? ` but what is excluded (${excluded.join(', ')})` : '';
  return new DeployError(
    `/${root} in the image holds no file${but}.`,
    `Copy the app into /${root} in the Dockerfile: only that folder is released.`,
  );
}
