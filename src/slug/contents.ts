import { type DynamicObject, elfMagic } from '../elf/dynamic-object.ts';
import { ElfReader } from '../elf/elf-reader.ts';
import { entryType } from '../tar/header.ts';
import { type SecretFile, secretHeadSize, secretKind } from './secret-files.ts';

/** A dynamically linked program or library. */
export interface Binary extends DynamicObject {
  /** Relative to `/app`. */
  readonly path: string;
}

/** What was seen in a slug while it was made. Paths are relative to `/app`. */
export interface SlugContents {
  /** Programs and libraries that a dyno's loader takes, in the order of the slug. */
  readonly binaries: readonly Binary[];
  /** Files and links that may be asked for as a library: their paths by their base name. */
  readonly libraries: ReadonlyMap<string, readonly string[]>;
  /** Files that look like secrets. */
  readonly secretFiles: readonly SecretFile[];
  /** Programs and libraries so large and so unusual that one pass does not tell what they need. */
  readonly unread: readonly string[];
}

/** `libx.so`, `libx.so.1`, `x.node`. */
const libraryName = /\.so(?:\.|$)|\.node$/;

const nothing = Buffer.alloc(0);

/** Looks at all that goes into a slug, as it goes by. */
export class ContentsReader {
  readonly #binaries: Binary[] = [];
  readonly #libraries = new Map<string, string[]>();
  readonly #secretFiles: SecretFile[] = [];
  readonly #unread: string[] = [];
  readonly #elf = new ElfReader();
  /** The file that goes by. */
  #path = '';
  /** Bytes of its content, and those that have not come. */
  #size = 0;
  #remaining = 0;
  /** Its beginning, where that comes in pieces. */
  readonly #head = Buffer.alloc(secretHeadSize);
  #isElf = false;

  /** Begins a file or a link, `path` relative to `/app`. */
  start(type: number, path: string, size: number): void {
    this.#addLibrary(path);
    // Its content went by with the first name, which may have said nothing.
    if (type === entryType.hardLink) this.#addSecret(path, nothing);
    this.#path = path;
    this.#size = type === entryType.file ? size : 0;
    this.#remaining = this.#size;
    this.#isElf = false;
  }

  /** Takes the next bytes of the file's content; what comes behind its end is no matter. */
  push(bytes: Buffer): void {
    if (this.#remaining === 0) return;
    const content = bytes.subarray(0, this.#remaining);
    const position = this.#size - this.#remaining;
    this.#remaining -= content.length;
    if (position < secretHeadSize) this.#takeBeginning(content, position);
    else if (this.#isElf) this.#elf.push(content);
    if (this.#remaining === 0 && this.#isElf) this.#addBinary(this.#elf.result);
  }

  /** What was seen up to now. */
  get contents(): SlugContents {
    return {
      binaries: this.#binaries,
      libraries: this.#libraries,
      secretFiles: this.#secretFiles,
      unread: this.#unread,
    };
  }

  #takeBeginning(content: Buffer, position: number): void {
    const headSize = Math.min(this.#size, secretHeadSize);
    if (position === 0 && content.length >= headSize) {
      this.#lookAt(content);
      return;
    }
    const length = Math.min(content.length, headSize - position);
    content.copy(this.#head, position, 0, length);
    if (position + length < headSize) return;
    this.#lookAt(this.#head.subarray(0, headSize));
    if (this.#isElf) this.#elf.push(content.subarray(length));
  }

  /** @param beginning of the file, at least as long as a head, if the file is. */
  #lookAt(beginning: Buffer): void {
    this.#addSecret(this.#path, beginning);
    this.#isElf = elfMagic.equals(beginning.subarray(0, elfMagic.length));
    if (!this.#isElf) return;
    this.#elf.start(this.#size);
    this.#elf.push(beginning);
  }

  #addLibrary(path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (!libraryName.test(name)) return;
    const known = this.#libraries.get(name);
    if (known) known.push(path);
    else this.#libraries.set(name, [path]);
  }

  #addSecret(path: string, beginning: Buffer): void {
    const kind = secretKind(path, beginning);
    if (kind !== undefined) this.#secretFiles.push({ path, kind });
  }

  #addBinary(found: DynamicObject | 'unread' | undefined): void {
    if (found === 'unread') this.#unread.push(this.#path);
    else if (found !== undefined) this.#binaries.push({ path: this.#path, ...found });
  }
}
