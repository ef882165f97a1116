import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';
import { lostInstructions } from '../../src/losses/lost-instructions.ts';

const kept = { lostWorkingDirectory: undefined, skipped: [] };

function linesLost(lines: readonly string[], web = 'node server.js', profile = {}) {
  const dockerfile = parseDockerfile(['FROM a', ...lines].join('\n'), {});
  return lostInstructions(dockerfile, { web, worker: './work' }, { ...kept, ...profile }).map(
    ({ line, message }) => `${line} ${message}`,
  );
}

describe('a dyno does not heed', () => {
  test.each([
    [
      'a CMD that no process type has',
      ['CMD node other.js'],
      '2 A dyno does not run CMD node other.js',
    ],
    ['a CMD of words', ['CMD ["node", "other.js"]'], '2 A dyno does not run CMD node other.js'],
    ['the last CMD', ['CMD node server.js', 'CMD x'], '3 A dyno does not run CMD x'],
    ['ENTRYPOINT', ['ENTRYPOINT ["/x.sh"]'], '2 A dyno does not run ENTRYPOINT /x.sh'],
    [
      'ENTRYPOINT that only looks alike',
      ['ENTRYPOINT nod'],
      '2 A dyno does not run ENTRYPOINT nod',
    ],
    ['another USER', ['USER root', 'USER 2000:1000'], '3 USER 2000:1000'],
  ])('%s', (_, lines, start) => {
    expect(linesLost(lines)).toEqual([expect.stringMatching(new RegExp(`^${start}`))]);
  });

  test('a WORKDIR outside /app, at its last line', () => {
    const lines = ['WORKDIR /srv', 'RUN true', 'WORKDIR sub'];
    expect(linesLost(lines, undefined, { lostWorkingDirectory: '/srv/sub' })).toEqual([
      '4 WORKDIR /srv/sub is outside /app, so the dyno starts in /app instead.',
    ]);
  });

  test('an ENV that bash cannot set, at its line', () => {
    expect(
      linesLost(['ENV A=1', 'ENV x.y=2 B=3', 'ENV C=4'], undefined, { skipped: ['x.y'] }),
    ).toEqual([expect.stringMatching(/^3 .*x\.y/)]);
  });
});

test.each([
  ['nothing', []],
  ['a process type’s CMD', ['CMD ["node", "server.js"]']],
  ['it with other spaces', ['CMD node   server.js']],
  ['ENTRYPOINT and CMD of a process type', ['ENTRYPOINT ["node"]', 'CMD ["server.js"]']],
  ['those that were taken back', ['ENTRYPOINT x', 'CMD x', 'ENTRYPOINT []', 'CMD []']],
  ...['root', '0', '0:0', 'heroku', '1000:1000', 'heroku:1000'].map((user): [string, string[]] => [
    `USER ${user}`,
    [`USER ${user}`],
  ]),
])('%s is kept', (_, lines) => {
  expect(linesLost(lines)).toEqual([]);
});
