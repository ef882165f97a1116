import { Header, Pax } from 'tar';
import { BlockReader } from './block-reader.ts';

/** The user that a dyno's processes run as, and its group: `heroku` in Heroku's images (heroku/base-images). */
export const dynoUserId = 1000;

const blockLength = 512;
const appFolder = './app/';

/** Places in a tar header: offset and length in bytes (POSIX.1-2017, pax, "ustar Interchange Format"). */
const userIdField = [108, 8] as const;
const groupIdField = [116, 8] as const;
const checksumField = [148, 8] as const;
const ownerNamesField = [265, 64] as const;

/** What a header says about the entry after it that does not fit into that entry's own header. */
type Extension = Pick<Pax, 'path' | 'size'>;

/** The headers that stand before an entry, and how to read what they say about it. */
const extensionOf: Readonly<Record<string, (body: Buffer) => Extension>> = {
  ExtendedHeader: (body) => Pax.parse(body.toString('latin1')),
  OldExtendedHeader: (body) => Pax.parse(body.toString('latin1')),
  GlobalExtendedHeader: () => ({}),
  NextFileHasLongPath: (body) => ({ path: body.toString('latin1').replace(/\0.*/s, '') }),
  OldGnuLongPath: (body) => ({ path: body.toString('latin1').replace(/\0.*/s, '') }),
  NextFileHasLongLinkpath: () => ({}),
};

/**
 * Turns a slug's tar stream into the one that a dyno's file system is made of: only what lies below
 * `./app/`, all of it owned by the dyno's user, `/app` itself included even where the slug has no
 * entry for it. Headers are patched in place and the rest passed on, so that every name arrives as
 * the bytes it was, and memory stays flat.
 * @throws Error where the stream is no tar archive or ends too early.
 */
export async function* dynoArchive(slug: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield ownedByDyno(appFolderHeader());
  const reader = new BlockReader(slug);
  let held: Buffer[] = [];
  let extension: Extension = {};
  for (;;) {
    const block = await reader.read(blockLength);
    if (isEnd(block)) break;
    const { path, type, size } = readHeader(block, extension);
    const readExtension = extensionOf[type];
    if (readExtension) {
      const body = await reader.read(paddedLength(size));
      held.push(block, body);
      extension = { ...extension, ...readExtension(body) };
      continue;
    }
    const kept = isPartOfApp(path);
    if (kept) yield* [...held, ownedByDyno(block)];
    for await (const piece of reader.stream(paddedLength(size))) if (kept) yield piece;
    held = [];
    extension = {};
  }
  yield Buffer.alloc(2 * blockLength);
}

/** The platform ignores the rest of a slug, and so does it names without the leading `./` (slugcmplr, issue 79). */
function isPartOfApp(name: string): boolean {
  return (name === './app' || name.startsWith(appFolder)) && !name.split('/').includes('..');
}

function readHeader(block: Buffer, extension: Extension) {
  // The extension counts before the header is understood: a long name that happens to be cut off
  // after a slash would make a folder, without contents, of a file.
  const header = new Header(block, 0, extension);
  if (!header.cksumValid) throw new Error('it is not a tar archive, or a damaged one');
  return { path: header.path ?? '', type: header.type, size: header.size ?? 0 };
}

function ownedByDyno(block: Buffer): Buffer {
  const owned = Buffer.from(block);
  writeOctal(owned, userIdField, dynoUserId);
  writeOctal(owned, groupIdField, dynoUserId);
  // Names would win over the numbers where an extractor knows them.
  owned.fill(0, ownerNamesField[0], ownerNamesField[0] + ownerNamesField[1]);
  owned.fill(' ', checksumField[0], checksumField[0] + checksumField[1]);
  writeOctal(
    owned,
    checksumField,
    owned.reduce((sum, byte) => sum + byte, 0),
  );
  return owned;
}

function writeOctal(block: Buffer, [offset, length]: readonly [number, number], value: number) {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
}

function appFolderHeader(): Buffer {
  const block = Buffer.alloc(blockLength);
  new Header({ path: appFolder, type: 'Directory', mode: 0o755, size: 0 }).encode(block);
  return block;
}

function paddedLength(size: number): number {
  return Math.ceil(size / blockLength) * blockLength;
}

function isEnd(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}
