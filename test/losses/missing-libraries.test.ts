import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';
import { DebianPackages } from '../../src/losses/debian-packages.ts';
import { missingLibraries } from '../../src/losses/missing-libraries.ts';
import type { Binary } from '../../src/slug/contents.ts';

const dockerfile = parseDockerfile(
  'FROM a\nRUN apt-get install -y libgd-dev\nRUN make install\n',
  {},
);

/** Paths of libraries by where they are. */
interface Libraries {
  readonly app?: readonly string[];
  readonly image?: readonly string[];
  readonly stack?: readonly string[];
  readonly run?: readonly string[];
}

function program(
  path: string,
  needed: readonly string[],
  searchPath: readonly string[] = [],
): Binary {
  return { path, isProgram: true, needed, searchPath };
}

function library(path: string, needed: readonly string[]): Binary {
  return { path, isProgram: false, needed, searchPath: [] };
}

function missing(binaries: readonly Binary[], places: Libraries = {}, libraryPath = '') {
  const { app = [], image = [], stack = [], run = [] } = places;
  const files = (paths: readonly string[]) =>
    paths.map((path) => ({ path, bytes: 1, isExecutable: false }));
  const libraries = Map.groupBy(app, (path) => path.replace(/^.*\//, ''));
  return missingLibraries({
    contents: { binaries, libraries },
    difference: {
      added: files(image),
      libraries: files([...image, ...stack]),
      packages: new DebianPackages(
        'libgd3.list:/usr/lib/libgd.so.3\n/x/libpq5.list:/usr/lib/libpq.so.5\n/i/libgd3.list:/usr/lib/libgd.so.3\n',
        'Package: libgd-dev\nDepends: libgd3\n',
      ),
      loaderCache: new Set(['libc.so.6']),
      runLibraries: new Set(run),
    },
    dockerfile,
    libraryPath,
    stack: 'heroku-24',
  });
}

describe('a library is missing', () => {
  test('of a package: with the RUN that installs what needs it', () => {
    const [loss, ...others] = missing(
      [library('lib/a.so', ['libgd.so.3']), program('bin/a', ['libc.so.6', 'libgd.so.3'])],
      { image: ['/usr/lib/libgd.so.3'] },
    );
    expect(others).toEqual([]);
    expect(loss?.line).toBe(2);
    expect(loss?.message).toBe(
      'libgd.so.3, which bin/a and 1 more need, is neither in /app nor on heroku-24. The image has it in /usr/lib, of the Debian package libgd3: unpack that below /app (apt-get download libgd3 && dpkg -x libgd3_*.deb /app), with ENV LD_LIBRARY_PATH=/app/usr/lib.',
    );
  });

  test('of no package: with the RUN that installed it', () => {
    const [loss] = missing(
      [program('a', ['libx.so'])],
      { image: ['/usr/local/lib/libx.so'] },
      '/x',
    );
    expect(loss?.line).toBe(3);
    expect(loss?.message).toMatch(
      /^libx\.so, which a needs, .*DESTDIR=\/app.* ENV LD_LIBRARY_PATH=\/app\/usr\/local\/lib:\$LD_LIBRARY_PATH\.$/,
    );
  });

  test('that the image has from its stack: no line is to blame', () => {
    const [loss] = missing([program('a', ['libpq.so.5'])], { stack: ['/usr/lib/libpq.so.5'] });
    expect(loss).toMatchObject({ line: undefined, message: expect.stringContaining('libpq5') });
  });

  test('that the image does not have either', () => {
    const [loss] = missing([program('a', ['liby.so'])]);
    expect(loss?.message).toContain('The image does not have it either');
  });

  test('in the order of how many programs need it', () => {
    const binaries = [
      library('b', ['one.so']),
      program('a', ['two.so', 'three.so']),
      program('c', ['three.so']),
    ];
    expect(missing(binaries).map(({ message }) => message.split(',')[0])).toEqual([
      'three.so',
      'two.so',
      'one.so',
    ]);
  });
});

describe('a library is not missing', () => {
  test.each<[string, Binary, Libraries, string?]>([
    ['in the loader’s cache', program('a', ['libc.so.6']), {}],
    ['the kernel’s', program('a', ['linux-vdso.so.1']), {}],
    ['a loader', program('a', ['ld-linux-x86-64.so.2']), {}],
    ['of a program for another C library', program('a', ['x.so', 'libc.musl-x86_64.so.1']), {}],
    ['beside a library of the app', library('a', ['x.so']), { app: ['vendor/x.so'] }],
    ['on the RUNPATH', program('a', ['x.so'], ['/app/lib']), { app: ['lib/x.so'] }],
    ['on it by ORIGIN', program('b/a', ['x.so'], ['$ORIGIN/../lib']), { app: ['lib/x.so'] }],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is what a loader's variable looks like
    ['in braces', program('b/a', ['x.so'], ['${ORIGIN}']), { app: ['b/x.so'] }],
    ['on LD_LIBRARY_PATH', program('a', ['x.so']), { app: ['lib/x.so'] }, ':/x:/app/lib/'],
    ['on the run image’s RUNPATH', program('a', ['x.so'], ['/opt/x']), { run: ['/opt/x/x.so'] }],
  ])('%s', (_, binary, places, libraryPath) => {
    expect(missing([binary], places, libraryPath)).toEqual([]);
  });
});

test('a RUNPATH outside /app does not lead to what the app has below it', () => {
  const losses = missing([program('a', ['x.so'], ['/usr/lib'])], { app: ['lib/x.so'] });
  expect(losses.map(({ message }) => message)).toEqual([
    expect.stringContaining('x.so, which a needs, is in /app/lib, where no loader looks'),
  ]);
});

test('libraries of the app that no loader finds are told by folder, with the ENV that mends it', () => {
  const losses = missing(
    [program('b/p', ['x.so', 'y.so', 'z.so'], ['$ORIGIN']), program('q', ['x.so'])],
    { app: ['l/x.so', 'l/y.so', 'm/z.so'] },
    '/app/k',
  );
  expect(losses.map(({ message }) => message)).toEqual([
    'x.so and y.so, which b/p and 1 more need, are in /app/l, where no loader looks: add ENV LD_LIBRARY_PATH=/app/l:$LD_LIBRARY_PATH to the Dockerfile.',
    'z.so, which b/p needs, is in /app/m, where no loader looks: add ENV LD_LIBRARY_PATH=/app/m:$LD_LIBRARY_PATH to the Dockerfile.',
  ]);
});
