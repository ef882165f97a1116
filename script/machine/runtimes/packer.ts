/**
 * A runtime that can be packed from package registries, as its vendor lays it out. Each is the
 * default export of a file of its name in this folder.
 */
export interface Packer {
  /** A file of the vendor's. Where it can be fetched nothing is packed: the real archives are better. */
  readonly vendor: string;
  /** The version packed where none is asked for; may be a prefix. */
  readonly defaultVersion: string;
  /** The newest version that begins so. */
  resolve(version: string): string;
  download(version: string): Download;
}

/** One file that the vendor offers. */
export interface Download {
  /**
   * Where the vendor has it, below the vendor's base address: `v24.19.0/node-….tar.gz`. A
   * folder is packed by what the name ends in: `.tar.gz`, `.tgz`, `.tar.zst` or `.zip`.
   */
  readonly path: string;
  /** Whether the archive holds what is in the folder, without the folder. */
  readonly withoutTopFolder?: boolean;
  /** Whether the folder is offered as it is, for a vendor with many files: `path` is one of them. */
  readonly isFolder?: boolean;
  /** What its checksum is made with, and called: `NODE_SHA256`. `sha256` where it is not said. */
  readonly checksum?: 'sha256' | 'sha512';
  /** Makes it inside `work`, and returns the path of the folder to pack, or of the file itself. */
  assemble(work: string): string;
}
