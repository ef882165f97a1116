import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';
import { DebianPackages } from '../../src/losses/debian-packages.ts';
import {
  describeOutsideApp,
  lostCommandPrograms,
  lostPrograms,
} from '../../src/losses/outside-app.ts';

function file(path: string, bytes = 1, isExecutable = true) {
  return { path, bytes, isExecutable };
}

describe('programs outside /app', () => {
  const dockerfile = parseDockerfile('FROM a\nRUN apt-get install tool\nRUN make install', {});
  const packages = new DebianPackages('/i/tool.list:/usr/bin/tool\n', '');

  test('are executables of bin and sbin folders that the dyno has nowhere, with their lines', () => {
    const added = [
      file('/usr/local/bin/gm'),
      file('/usr/bin/tool'),
      file('/usr/sbin/data', 1, false),
      file('/usr/bin/node'),
      file('/usr/lib/x'),
      file('/usr/bin/deep/x'),
    ];
    expect(lostPrograms({ added, packages, commands: new Set(['node']) }, dockerfile)).toEqual([
      { path: '/usr/bin/tool', line: 2 },
      { path: '/usr/local/bin/gm', line: 3 },
    ]);
  });
});

describe('what is outside /app', () => {
  test('is told by its size, its folders and its programs', () => {
    const added = [file('/usr/bin/gm', 2000), file('/usr/lib/x/y', 3_000_000), file('/z', 10)];
    const programs = [
      { path: '/usr/bin/gm', line: 3 },
      { path: '/usr/bin/x', line: undefined },
      { path: '/usr/bin/zz', line: 3 },
    ];
    expect(describeOutsideApp(added, programs)).toEqual([
      'Outside /app, and so not on the dyno: 3 files, 3 MB',
      '        3 MB  /usr/lib',
      '        2 kB  /usr/bin',
      '        10 B  /',
      'Programs among that: gm and zz in /usr/bin (line 3); x in /usr/bin',
    ]);
  });

  test('is not worth a line where there is nothing', () => {
    expect(describeOutsideApp([], [])).toEqual([]);
  });

  test('is told in ten folders and twenty programs of a place at most', () => {
    const added = Array.from({ length: 12 }, (_, index) => file(`/opt/${index}/x`));
    const programs = Array.from({ length: 25 }, (_, line) => ({ path: `/b/${line}`, line: 1 }));
    const lines = describeOutsideApp(added, programs);
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatch(/, 19 and 5 more in \/b \(line 1\)$/);
  });
});

describe('a process type starts a program outside /app', () => {
  const programs = [{ path: '/usr/bin/gm', line: 4 }];

  test.each([
    'gm version',
    'exec gm version',
    'A=1 B=2 gm x',
    'cd x && gm x',
    'node a.js | gm x',
    '/usr/bin/gm x',
    'a; env C=3 gm',
  ])('with “%s”', (command) => {
    expect(
      lostCommandPrograms({ web: 'node x', worker: command, clock: command }, programs),
    ).toEqual([
      {
        line: 4,
        message: expect.stringMatching(/^gm, which worker and clock start, is in \/usr\/bin /),
      },
    ]);
  });

  test.each(['gmx', 'node gm', './gm', '/app/bin/gm', 'echo gm'])('not with “%s”', (command) => {
    expect(lostCommandPrograms({ web: command }, programs)).toEqual([]);
  });
});
