/**
 * Our own method, as a process of its own so that its memory can be measured: makes a container of
 * an image, a slug of its `/app`, removes the container, and prints the peak memory in bytes.
 *
 *   node bench/make-slug.ts <image> <path of the slug> [level]
 */
import { openArchive } from '../src/docker/archive.ts';
import { withContainer } from '../src/docker/container.ts';
import { connectEngine } from '../src/docker/engine.ts';
import { createSlug } from '../src/slug/create-slug.ts';

const [image = '', path = '', level] = process.argv.slice(2);
const { signal } = new AbortController();
const engine = await connectEngine();
await withContainer({ image, command: ['true'] }, async (container) => {
  const archive = await openArchive({ engine, container, path: '/app', signal });
  await createSlug({
    archive,
    exclude: ['.git', '.heroku'],
    appended: [],
    modified: 1_700_000_000,
    path,
    signal,
    ...(level !== undefined && { level: Number(level) }),
  });
});
// Linux counts the peak in KiB (getrusage(2)).
process.stdout.write(`${process.resourceUsage().maxRSS * 1024}\n`);
