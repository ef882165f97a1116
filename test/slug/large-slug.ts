/**
 * Makes a slug of an app of so many megabytes, in files of one that cannot be made smaller, in a
 * process of its own. Prints the most memory that it took, in bytes.
 *
 *   node large-slug.ts <path of the slug> <megabytes>
 */
import { randomFillSync } from 'node:crypto';
import { createSlug } from '../../src/slug/create-slug.ts';
import { entryType, headerWriter, paddedSize } from '../../src/tar/header.ts';

const [path = '', megabytes = ''] = process.argv.slice(2);

const size = 1_000_000;
/** Longer than deflate looks back, so that it may come again and again. */
const noise = randomFillSync(Buffer.alloc(paddedSize(size)));
/** Where the bytes are lent from, as the engine's are. */
const memory = Buffer.alloc(64 * 1024);

async function* archive(files: number): AsyncGenerator<Buffer> {
  const blocks: Buffer[] = [];
  const writeHeader = headerWriter({ id: 0, name: '' });
  const common = { type: entryType.file, linkName: Buffer.alloc(0), mode: 0o644, modified: 1 };
  for (let file = 0; file < files; file++) {
    const name = Buffer.from(`app/node_modules/package-${file}/lib/file`);
    writeHeader({ ...common, name, size }, (block) => blocks.push(Buffer.from(block)));
    yield* blocks.splice(0);
    for (let start = 0; start < noise.length; start += memory.length) {
      yield memory.subarray(0, noise.copy(memory, 0, start, start + memory.length));
    }
  }
  yield Buffer.alloc(1024);
}

await createSlug({
  archive: archive(Number(megabytes)),
  exclude: ['.git', '.heroku'],
  appended: [],
  modified: 1_700_000_000,
  path,
  level: 1,
  signal: new AbortController().signal,
});
// Linux counts in KiB (getrusage(2)).
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
