import { entryType, headerWriter, type TarHeader, zeroBlock } from '../tar/header.ts';
import { TarReader } from '../tar/reader.ts';

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
 * @throws DeployError where the stream is no tar archive or ends too early.
 */
export async function* dynoArchive(slug: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const written: Buffer[] = [];
  const write = (bytes: Buffer) => written.push(Buffer.from(bytes));
  const reader = new TarReader((header) => {
    if (!isPartOfApp(header.name.toString('latin1'))) return undefined;
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
