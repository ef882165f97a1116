import { DeployError } from '../errors.ts';
import { printableName } from '../printable.ts';
import { entryType, headerWriter, type TarHeader, zeroBlock } from '../tar/header.ts';
import { TarReader } from '../tar/reader.ts';
import { SymbolicLinks } from '../tar/symbolic-links.ts';

/** The user that a dyno's processes run as, and its group: `heroku` in Heroku's images (heroku/base-images). */
export const dynoUserId = 1000;

/** Without a name: that would win over the number where an extractor knows it. */
const writeHeader = headerWriter({ id: dynoUserId, name: '' });

const appFolder: TarHeader = {
  type: entryType.folder,
  name: Buffer.from('./app/'),
  linkName: Buffer.alloc(0),
  mode: 0o755,
  modified: 0,
  size: 0,
};

/**
 * Turns a slug's tar stream into the one that a dyno's file system is made of: only what lies below
 * `./app/`, all of it owned by the dyno's user, `/app` itself included even where the slug has no
 * entry for it. Memory stays flat.
 * @throws DeployError where the stream is no tar archive or ends too early, and on an entry that
 *   would reach out of `/app`: whoever has made the slug must not change the image it is booted on.
 */
export async function* dynoArchive(slug: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const written: Buffer[] = [];
  const write = (bytes: Buffer) => written.push(Buffer.from(bytes));
  const links = new SymbolicLinks();
  const reader = new TarReader((header) => {
    if (!isPartOfApp(header.name.toString('latin1'))) return undefined;
    checkEntry(header, links);
    writeHeader(header, write);
    return write;
  });
  writeHeader(appFolder, write);
  for await (const chunk of slug) {
    reader.push(chunk);
    yield* written.splice(0);
  }
  reader.end();
  yield Buffer.concat([zeroBlock, zeroBlock]);
}

/** The platform ignores the rest of a slug, and so does it names without the leading `./` (slugcmplr, issue 79). */
function isPartOfApp(name: string): boolean {
  return (name === './app' || name.startsWith('./app/')) && !name.split('/').includes('..');
}

const keptTypes: ReadonlySet<number> = new Set([
  entryType.file,
  entryType.folder,
  entryType.symbolicLink,
  entryType.hardLink,
]);

function checkEntry({ type, name, linkName }: TarHeader, links: SymbolicLinks): void {
  const path = partsOf(name);
  if (!keptTypes.has(type)) throw refused(name, 'is neither a file nor a folder nor a link');
  if (path === 'app' && type !== entryType.folder) throw refused(name, 'is no folder');
  if (links.above(path) !== undefined) throw refused(name, 'lies below a symbolic link');
  if (type === entryType.symbolicLink) links.add(path);
  if (type !== entryType.hardLink) return;
  const isInside = isPartOfApp(linkName.toString('latin1'));
  if (!isInside || links.above(partsOf(linkName)) !== undefined) {
    throw refused(name, `is a hard link to ${printableName(linkName.toString())}`);
  }
}

/** The same for all names of a file. */
function partsOf(name: Buffer): string {
  const parts = name.toString('latin1').split('/');
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function refused(name: Buffer, what: string): DeployError {
  return new DeployError(
    `${printableName(name.toString())} ${what}, and so may reach out of /app.`,
    'Make the slug of files, folders and links below ./app/ alone.',
  );
}
