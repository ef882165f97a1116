import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSlug } from '../../src/slug/create-slug.ts';
import { elfFile } from '../elf/elf-file.ts';
import { temporaryFolder } from '../support/folder.ts';
import { pack } from '../tar/gnu-tar.ts';
import { lentPieces, pieceSizes } from '../tar/pieces.ts';

interface AppOptions {
  /** Adds links to the app's folder. */
  readonly prepare?: (app: string) => void;
  readonly exclude?: readonly string[];
  readonly sizes?: readonly number[];
}

/** What is seen in a slug of these files (path below `/app` to content). */
async function contentsOf(
  files: Readonly<Record<string, string | Buffer>>,
  { prepare, exclude = [], sizes = [65_536] }: AppOptions = {},
) {
  const entries = Object.entries({ Procfile: 'web: x', ...files });
  const folder = temporaryFolder(
    Object.fromEntries(entries.map(([path, content]) => [`app/${path}`, content])),
  );
  prepare?.(join(folder, 'app'));
  const archive = pack(folder, 'pax', '--sort=name', 'app');
  const slug = await createSlug({
    archive: (async function* () {
      yield* lentPieces(archive, sizes);
    })(),
    exclude,
    appended: [],
    modified: 1_700_000_000,
    path: join(folder, 'slug.tgz'),
    level: 1,
    signal: new AbortController().signal,
  });
  return slug.contents;
}

const program = elfFile({ needed: ['libx.so.1', 'libc.so.6'], hasLoader: true });
const library = elfFile({ ownName: 'libx.so.1', searchPath: '$ORIGIN:/app/lib', size: 9000 });
const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n';

describe('binaries', () => {
  test('are all programs and libraries, in the order of the slug', async () => {
    const arm = Buffer.from(library);
    arm[18] = 183;
    const { binaries } = await contentsOf({
      'z/last': program,
      'bin/program': program,
      'lib/libx.so.1.2.3': library,
      'lib/arm.so': arm,
      'lib/text.so': 'INPUT(-lx)',
      'lib/cut.so': library.subarray(0, 100),
      'lib/magic.so': '\x7fELF',
    });
    const needed = ['libx.so.1', 'libc.so.6'];
    expect(binaries).toEqual([
      { path: 'bin/program', isProgram: true, needed, searchPath: [] },
      {
        path: 'lib/libx.so.1.2.3',
        isProgram: false,
        needed: [],
        searchPath: ['$ORIGIN', '/app/lib'],
      },
      { path: 'z/last', isProgram: true, needed, searchPath: [] },
    ]);
  });

  test('with more than one name are told once', async () => {
    const { binaries } = await contentsOf(
      { 'bin/program': program },
      {
        prepare: (app) => {
          linkSync(join(app, 'bin/program'), join(app, 'bin/too'));
          symlinkSync('program', join(app, 'bin/also'));
        },
      },
    );
    expect(binaries.map(({ path }) => path)).toEqual(['bin/program']);
  });

  test('that are left out are not told', async () => {
    const files = { 'build/program': program, 'build/libx.so.1': library, 'build/id_rsa': key };
    const contents = await contentsOf(files, { exclude: ['build'] });
    expect(contents).toEqual({ binaries: [], libraries: new Map(), secretFiles: [], unread: [] });
  });

  test('that one pass cannot read are told as unread', async () => {
    const large = { needed: ['libc.so.6'], size: 30_000_000, gap: 9_000_000 };
    const { binaries, unread } = await contentsOf({
      'bin/a-large-one': elfFile({ ...large, order: ['segments', 'dynamic', 'strings'] }),
      'bin/b-unusual': elfFile({ ...large, order: ['segments', 'strings', 'dynamic'] }),
      'bin/c-small': program,
    });
    expect(binaries.map(({ path }) => path)).toEqual(['bin/a-large-one', 'bin/c-small']);
    expect(unread).toEqual(['bin/b-unusual']);
  });
});

test('libraries are all names that may be asked for, of files and links alike', async () => {
  const { libraries } = await contentsOf(
    {
      'lib/libx.so.1.2.3': library,
      'other/libx.so.1': library,
      'node_modules/x/x.node': library,
      'lib/libx.so.1.json/file': '',
      'lib/libx.soon': '',
      'lib/x.nodes': '',
      'lib/libempty.so': '',
    },
    {
      prepare: (app) => {
        symlinkSync('libx.so.1.2.3', join(app, 'lib/libx.so.1'));
        linkSync(join(app, 'lib/libx.so.1.2.3'), join(app, 'lib/libx.so'));
        mkdirSync(join(app, 'lib/libfolder.so'));
      },
    },
  );
  expect(libraries).toEqual(
    new Map([
      ['libx.so', ['lib/libx.so']],
      ['libx.so.1', ['lib/libx.so.1', 'other/libx.so.1']],
      ['libx.so.1.2.3', ['lib/libx.so.1.2.3']],
      ['libempty.so', ['lib/libempty.so']],
      ['x.node', ['node_modules/x/x.node']],
    ]),
  );
});

describe('secret files', () => {
  test('are told by name and by content, in the order of the slug', async () => {
    const { secretFiles } = await contentsOf({
      '.env': 'A=1',
      'deploy/server.txt': key,
      'src/.env.production': 'A=1',
      'src/app.js': `const text = ${JSON.stringify(key)}`,
      'node_modules/x/test/.env': 'A=1',
      'node_modules/x/test/key.pem': key,
    });
    expect(secretFiles).toEqual([
      { path: '.env', kind: 'environment variables' },
      { path: 'deploy/server.txt', kind: 'a private key' },
      { path: 'src/.env.production', kind: 'environment variables' },
    ]);
  });

  test('are told by the name of a hard link, but not of a symbolic one or an empty file', async () => {
    const { secretFiles } = await contentsOf(
      { 'a.txt': 'A=1', '.netrc': '' },
      {
        prepare: (app) => {
          linkSync(join(app, 'a.txt'), join(app, 'b.keystore'));
          symlinkSync('a.txt', join(app, '.env'));
        },
      },
    );
    expect(secretFiles).toEqual([{ path: 'b.keystore', kind: 'a key store' }]);
  });

  test('are looked for in the first 4096 bytes', async () => {
    const certificate = '-----BEGIN CERTIFICATE-----\n';
    const behind = (bytes: number) => `${certificate.padEnd(bytes - 1, 'A')}\n${key}`;
    const { secretFiles } = await contentsOf({ 'a.pem': behind(4000), 'b.pem': behind(4096) });
    expect(secretFiles.map(({ path }) => path)).toEqual(['a.pem']);
  });
});

test('what is seen is the same in whatever pieces the app comes', async () => {
  const files = {
    'a.pem': `-----BEGIN EC PARAMETERS-----\n${'A'.repeat(4000)}\n${key}`,
    'b.pem': key,
    'bin/program': program,
    'bin/short': elfFile({ hasLoader: true }),
    'lib/libx.so': library,
    'long.txt': 'text '.repeat(3000),
  };
  const expected = await contentsOf(files);
  expect(expected.binaries).toHaveLength(3);
  expect(expected.secretFiles).toHaveLength(2);
  await fc.assert(
    fc.asyncProperty(pieceSizes, async (sizes) => {
      expect(await contentsOf(files, { sizes })).toEqual(expected);
    }),
    { numRuns: 30 },
  );
}, 60_000);
