import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlug } from '../../src/slug/create-slug.ts';
import { temporaryFolder } from '../support/folder.ts';
import { list, pack } from '../tar/gnu-tar.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';
import { type TreeNode, tree, writeTree } from '../tar/tree.ts';

/** The same tree, later or earlier. */
function shifted(nodes: readonly TreeNode[], seconds: number): TreeNode[] {
  return nodes.map((node) => ({
    ...node,
    modified: Math.max(1, node.modified + seconds),
    ...(node.kind === 'folder' && { children: shifted(node.children, seconds) }),
  }));
}

const procfile: TreeNode = {
  kind: 'file',
  name: 'Procfile',
  mode: 0o644,
  modified: 1,
  content: { size: 20, seed: 1, compressible: true },
};

/** How a build leaves a tree in an image, and how that comes out of it. */
const build = fc.record({
  seconds: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  owner: fc.nat(2000),
  format: fc.constantFrom('pax', 'gnu'),
  sizes: pieceSizes,
});

test('the same tree makes the same bytes, whenever and as whoever it was built', async () => {
  const folder = temporaryFolder();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      tree({ name: 255, target: 4000 }),
      fc.tuple(build, build),
      fc.nat(4_000_000_000),
      async (nodes, builds, modified) => {
        const slugs: Buffer[] = [];
        for (const { seconds, owner, format, sizes } of builds) {
          const root = join(folder, String(run++));
          mkdirSync(root);
          writeTree(join(root, 'app'), shifted([...nodes, procfile], seconds), 1e9 + seconds);
          const owners = [`--owner=:${owner}`, `--group=:${owner}`];
          const archive = pack(root, format, '--sort=name', ...owners, 'app');
          const path = join(root, 'slug.tgz');
          await createSlug({
            archive: (async function* () {
              yield* lentPieces(archive, sizes);
            })(),
            exclude: [],
            appended: [{ path: '.profile.d/a.sh', content: 'export A=1\n', mode: 0o644 }],
            modified,
            path,
            level: 1,
            signal: new AbortController().signal,
          });
          slugs.push(readFileSync(path));
        }
        const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = slugs;
        expect(first.equals(second)).toBe(true);
        const times = list(gunzipSync(first)).map((entry) => entry.modified);
        expect(new Set(times)).toEqual(new Set([modified]));
      },
    ),
    { numRuns: 30 },
  );
});
