/**
 * Makes a slug of an app with one file of so many megabytes, in a process of its own, and prints
 * the most memory that it took, in bytes.
 *
 *   node slug-of-zeros.ts <path of the slug> <megabytes>
 */
import { createSlug } from '../../src/slug/create-slug.ts';
import { entryType, headerWriter } from '../../src/tar/header.ts';

const [path = '', megabytes = ''] = process.argv.slice(2);
const piece = Buffer.alloc(65_536, 'text ');

async function* archive(pieces: number) {
  const name = Buffer.from('app/large');
  const size = pieces * piece.length;
  const header = { type: entryType.file, name, linkName: Buffer.alloc(0), mode: 0o644 };
  const blocks: Buffer[] = [];
  headerWriter({ id: 0, name: '' })({ ...header, modified: 1, size }, (block) => {
    blocks.push(Buffer.from(block));
  });
  yield* blocks;
  for (let index = 0; index < pieces; index++) yield piece;
  yield Buffer.alloc(1024);
}

await createSlug({
  archive: archive(Math.round((Number(megabytes) * 1e6) / piece.length)),
  exclude: [],
  appended: [],
  modified: 1_700_000_000,
  path,
  signal: new AbortController().signal,
});
// Linux counts the peak in KiB (getrusage(2)).
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
