import { createCipheriv, createHash } from 'node:crypto';
import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';

/** Something in a folder. Names are bytes, written one to a character (Latin-1). */
export type TreeNode = {
  readonly name: string;
  /** Seconds since 1970, with a fraction. */
  readonly modified: number;
} & (
  | { readonly kind: 'file'; readonly mode: number; readonly content: Content }
  | { readonly kind: 'folder'; readonly mode: number; readonly children: readonly TreeNode[] }
  | { readonly kind: 'symbolic link'; readonly target: string }
  /** To one of the files that were written before it. */
  | { readonly kind: 'hard link'; readonly to: number }
);

/** What is in a file: so many bytes, by chance or always the same. */
export interface Content {
  readonly size: number;
  readonly seed: number;
  readonly compressible: boolean;
}

/** The bytes that a {@link Content} describes, the same each time. */
export function contentOf({ size, seed, compressible }: Content): Buffer {
  if (compressible) return Buffer.alloc(size, `${seed} `);
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(
    Buffer.alloc(size),
  );
}

/** The bytes of a text, written one to a character. */
export function inBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

const oddBytes = '\n \t\r-\\"\'*?[]!#$~:;\x01\x1b\x7fab';

const shortName = fc.oneof(
  { arbitrary: fc.string({ unit: fc.constantFrom(...'abc019_'), minLength: 1 }), weight: 3 },
  fc.string({ unit: fc.constantFrom(...oddBytes), minLength: 1 }),
  fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => inBytes(text.toWellFormed())),
  fc.constantFrom('é', 'e\u0301', '日本', '👩‍👩‍👧', 'ﬃ').map(inBytes),
);
const longName = fc
  .tuple(shortName, fc.integer({ min: 90, max: 255 }))
  .map(([text, length]) => text.repeat(Math.ceil(length / text.length)).slice(0, length));

/** Names that a file may have, of at most so many bytes. */
export function fileName(longest: number): fc.Arbitrary<string> {
  return (longest < 100 ? shortName : fc.oneof(shortName, longName))
    .map((text) => text.replaceAll(/[/\0]/g, '').slice(0, longest))
    .filter((text) => text !== '' && text !== '.' && text !== '..');
}

const mode = fc.constantFrom(0, 0o644, 0o755, 0o777, 0o4755, 0o2755, 0o1777, 0o7777, 0o400, 0o001);
const modified = fc
  .tuple(fc.integer({ min: 1, max: 1_700_000_000 }), fc.constantFrom(0, 0.25, 0.75))
  .map(([seconds, fraction]) => seconds + fraction);
const size = fc.oneof(
  { arbitrary: fc.constantFrom(0, 1, 511, 512, 513), weight: 6 },
  { arbitrary: fc.integer({ min: 0, max: 3000 }), weight: 3 },
  { arbitrary: fc.constantFrom(40_000, 1_100_000), weight: 1 },
);
const content = fc.record({ size, seed: fc.nat(99), compressible: fc.boolean() });

/** What an app may hold, in names and link targets of at most so many bytes each. */
export function tree(longest: { name: number; target: number }): fc.Arbitrary<TreeNode[]> {
  const name = fileName(longest.name);
  const target = fc
    .array(fileName(255), { minLength: 1, maxLength: 12 })
    .chain((names) => fc.constantFrom(...['', '/', '../'].map((start) => start + names.join('/'))))
    .map((path) => path.slice(0, longest.target));
  const common = { name, modified };
  return fc.letrec<{ nodes: TreeNode[]; node: TreeNode }>((tie) => ({
    nodes: fc.array(tie('node'), { maxLength: 6, depthIdentifier: 'tree' }),
    node: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'tree' },
      fc.record({ kind: fc.constant('file'), mode, content, ...common }),
      fc.record({ kind: fc.constant('symbolic link'), target, ...common }),
      fc.record({ kind: fc.constant('hard link'), to: fc.nat(), ...common }),
      fc.record({ kind: fc.constant('folder'), mode, children: tie('nodes'), ...common }),
    ) as fc.Arbitrary<TreeNode>,
  })).nodes;
}

/** Writes a tree into a new folder. What comes second to a name is left out. */
export function writeTree(folder: string, nodes: readonly TreeNode[], folderModified = 1): void {
  writeFolder(Buffer.from(folder), nodes, []);
  utimesSync(folder, folderModified, folderModified);
}

function writeFolder(folder: Buffer, nodes: readonly TreeNode[], files: Buffer[]): void {
  mkdirSync(folder);
  const taken = new Set<string>();
  for (const node of nodes) {
    if (taken.has(node.name)) continue;
    taken.add(node.name);
    writeNode(below(folder, Buffer.from(node.name, 'latin1')), node, files);
  }
}

function writeNode(path: Buffer, node: TreeNode, files: Buffer[]): void {
  switch (node.kind) {
    case 'file':
      writeFileSync(path, contentOf(node.content));
      files.push(path);
      break;
    case 'folder':
      writeFolder(path, node.children, files);
      break;
    case 'symbolic link':
      symlinkSync(Buffer.from(node.target, 'latin1'), path);
      lutimesSync(path, node.modified, node.modified);
      return;
    case 'hard link': {
      const to = files[node.to % files.length];
      if (to) linkSync(to, path);
      return;
    }
  }
  chmodSync(path, node.mode);
  utimesSync(path, node.modified, node.modified);
}

function below(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name]);
}

/** What is known of each entry of a folder. */
export type Snapshot = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** The same with one time for all that is in it. */
export function withTime(entries: Snapshot, modified: number): Snapshot {
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, modified }]));
}

/** All of a folder that an archive of it should hold, by path; paths in bytes, one to a character. */
export function snapshot(folder: string): Snapshot {
  const entries = new Map<string, Readonly<Record<string, unknown>>>();
  const firstNames = new Map<number, string>();
  const visit = (path: Buffer, name: string) => {
    const stats = lstatSync(path);
    const { mode, mtimeMs, ino } = stats;
    const modified = Math.floor(mtimeMs / 1000);
    if (stats.isSymbolicLink()) {
      entries.set(name, {
        target: readlinkSync(path, { encoding: 'buffer' }).toString('latin1'),
        modified,
      });
    } else if (stats.isDirectory()) {
      entries.set(name, { folder: (mode & 0o7777).toString(8), modified });
      const names = readdirSync(path, { encoding: 'buffer' });
      for (const child of names.sort(Buffer.compare)) {
        visit(below(path, child), `${name}/${child.toString('latin1')}`);
      }
    } else {
      const content = readFileSync(path);
      const first = firstNames.get(ino) ?? name;
      firstNames.set(ino, first);
      entries.set(name, {
        file: (mode & 0o7777).toString(8),
        modified,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        linkedTo: first,
      });
    }
  };
  visit(Buffer.from(folder), '');
  return entries;
}
