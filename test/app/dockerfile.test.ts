// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is what a Dockerfile's variables look like
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';

function parse(lines: string | readonly string[], buildArguments: Record<string, string> = {}) {
  return parseDockerfile([lines].flat().join('\n'), buildArguments);
}

describe('a Dockerfile reads the app’s source', () => {
  test.each([
    ['COPY', 'COPY . .'],
    ['copy in lower case', 'copy . .'],
    ['COPY with flags', 'COPY --chown=1000:1000 --chmod=755 package.json ./'],
    ['COPY of a list', 'COPY ["a file", "/app/"]'],
    ['COPY of several', 'COPY package.json yarn.lock /app/'],
    ['COPY of a variable', 'COPY ${SOURCE} /app/'],
    ['COPY over several lines', 'COPY \\\n  # what we need\n  package.json \\\n  ./'],
    ['COPY of a heredoc and a file', 'COPY <<EOF file /app/\ntext\nEOF'],
    ['COPY of a heredoc and a file on the next line', 'COPY <<EOF \\\n  file /app/\ntext\nEOF'],
    ['COPY after a heredoc', 'COPY <<EOF /app/x\ntext\nEOF\nCOPY . .'],
    ['ADD', 'ADD archive.tar.gz /app/'],
    ['ADD of a URL and a file', 'ADD https://example.org/a b /app/'],
    ['ADD of a variable', 'ADD $URL /app/'],
    ['ADD of a file that only looks like a URL', 'ADD https:x /app/'],
    ['RUN with a mount of no type', 'RUN --mount=target=/src make'],
    ['RUN with a bind mount', 'RUN --mount=type=bind,source=a,target=/a make'],
    [
      'RUN with a second mount',
      'RUN --mount=type=cache,target=/c --mount=type=bind,target=/b make',
    ],
    ['RUN with a mount and a heredoc', 'RUN --mount=target=/src <<EOF\nmake\nEOF'],
  ])('by %s', (_, instruction) => {
    expect(parse(['FROM debian', instruction]).readsContext).toBe(true);
  });

  test.each([
    ['ONBUILD', 'ONBUILD COPY . .\nonbuild ADD a b\nONBUILD RUN --mount=target=/src make'],
    ['COPY from another stage', 'COPY --from=build /out /app'],
    ['COPY from another stage with more flags', 'COPY --chown=1:1 --from=build --link /out /app'],
    ['COPY of a heredoc', 'COPY <<EOF /app/run\nCOPY . .\nEOF'],
    ['COPY of a quoted heredoc', 'COPY --chmod=755 <<-"EOF" /app/run\n\tCOPY . .\n\tEOF'],
    ['COPY of two heredocs', 'COPY <<A <<B /app/\n. .\nA\n. .\nB'],
    ['COPY of an empty heredoc', 'COPY <<EOF /app/empty\nEOF'],
    ['COPY of a heredoc to the next line', 'COPY <<EOF \\\n  /app/x\ntext\nEOF'],
    ['ADD of a URL', 'ADD https://example.org/a.tar /app/'],
    ['ADD of a URL with flags', 'ADD --checksum=sha256:00 http://example.org/a /app/'],
    ['ADD of a list of URLs', 'ADD ["https://example.org/a b", "/app/"]'],
    ['ADD of a repository', 'ADD git@github.com:org/repo.git#v1 /app/'],
    ['ADD of a repository by URL', 'ADD --keep-git-dir=true ssh://git@example.org/repo.git /app/'],
    ['RUN', 'RUN cp . .'],
    ['RUN that only names a flag', 'RUN make --mount=target=/src'],
    ['RUN with a mount of another stage', 'RUN --mount=from=build,target=/out make'],
    ['RUN with a cache', 'RUN --mount=type=cache,target=/c make'],
    ['RUN with a cache in capitals', 'RUN --mount=TYPE=CACHE,target=/c make'],
    ['RUN with a secret', 'RUN --mount=type=secret,id=npm --mount=type=ssh make'],
    ['RUN of a heredoc', 'RUN <<EOF\nCOPY . .\nEOF'],
    ['a comment', '# COPY . .\nRUN make \\\n# COPY . .\n  install'],
  ])('not by %s', (_, instruction) => {
    expect(parse(['FROM debian AS build', 'FROM debian', instruction]).readsContext).toBe(false);
  });

  test('in any of its stages', () => {
    const lines = [
      'FROM debian AS build',
      'COPY . .',
      'FROM scratch',
      'COPY --from=build /app /app',
    ];
    expect(parse(lines).readsContext).toBe(true);
  });
});

describe('the images from outside that a Dockerfile needs', () => {
  test.each<[string, string[], string[]]>([
    ['the one of FROM', ['FROM heroku/heroku:24-build'], ['heroku/heroku:24-build']],
    ['with a registry and a digest', ['FROM r:5000/a/b:1@sha256:00'], ['r:5000/a/b:1@sha256:00']],
    ['with a platform', ['FROM --platform=$BUILDPLATFORM golang:1 AS build'], ['golang:1']],
    ['none', ['FROM scratch'], []],
    ['each once', ['FROM a AS x', 'FROM a AS y'], ['a']],
    ['no stage of its own', ['FROM a AS x', 'FROM x AS y', 'FROM y'], ['a']],
    ['no stage in another case', ['FROM a AS Build', 'FROM build', 'COPY --from=BUILD / /'], ['a']],
    ['one that a later stage is named like', ['FROM node AS node', 'FROM node'], ['node']],
    ['one that is copied from', ['FROM a', 'COPY --from=nginx:1 /x /x'], ['a', 'nginx:1']],
    ['one that is copied from, among flags', ['FROM a', 'COPY --link --from=b /x /x'], ['a', 'b']],
    ['no stage by its number', ['FROM a', 'FROM b', 'COPY --from=0 /x /x'], ['a', 'b']],
    ['one that is mounted', ['FROM a', 'RUN --mount=type=bind,from=b,target=/b make'], ['a', 'b']],
    [
      'one that is mounted in quotes',
      ['FROM a', 'RUN --mount="from=b,target=/b" make'],
      ['a', 'b'],
    ],
    ['no stage that is mounted', ['FROM a AS b', 'RUN --mount=from=b,target=/b make'], ['a']],
    ['in their order', ['FROM b', 'FROM a'], ['a', 'b']],
    ['none that a heredoc names', ['FROM a', 'RUN <<EOF', 'FROM b', 'EOF'], ['a']],
    [
      'with line breaks of Windows',
      ['FROM a AS b\r', 'FROM b\r', 'COPY --from=c x y\r'],
      ['a', 'c'],
    ],
  ])('are %s', (_, lines, images) => {
    expect(parse(lines).externalImages).toEqual(images);
  });

  test('include one whose name cannot be told, so that the build is not taken for known', () => {
    const dockerfile = parse(['ARG VERSION=v20', 'FROM node:${VERSION#v}', 'RUN make']);
    expect(dockerfile).toMatchObject({ externalImages: [], readsContext: true });
  });
});

describe('the image that a Dockerfile stands on', () => {
  test.each<[string, string[], string, number]>([
    ['is the one of its FROM', ['# a comment', '', 'FROM debian:12'], 'debian:12', 3],
    ['is the last stage’s', ['FROM golang', 'FROM debian'], 'debian', 2],
    ['is what that stage stands on', ['FROM a AS b', 'FROM b AS c', 'FROM C'], 'a', 3],
    ['may be scratch', ['FROM golang AS build', 'FROM scratch'], 'scratch', 2],
    ['is found behind an escape directive', ['# escape=`', 'FROM a', 'RUN x `', '  y'], 'a', 2],
    ['is found behind a byte order mark', ['\uFEFFFROM a'], 'a', 1],
  ])('%s', (_, lines, baseImage, baseImageLine) => {
    expect(parse(lines)).toMatchObject({ baseImage, baseImageLine });
  });

  test.each<[string, string[], Record<string, string>, string]>([
    ['a default', ['ARG V=20', 'FROM node:$V'], {}, 'node:20'],
    ['a build argument', ['ARG V=20', 'FROM node:${V}-slim'], { V: '24' }, 'node:24-slim'],
    ['an empty build argument', ['ARG V=20', 'FROM node${V}'], { V: '' }, 'node'],
    ['no build argument that is not declared', ['FROM node:${V:-20}'], { V: '24' }, 'node:20'],
    ['a default in double quotes', ['ARG I="node:20"', 'FROM $I'], {}, 'node:20'],
    ['a default in single quotes', ["ARG I='node:20'", 'FROM "$I"'], {}, 'node:20'],
    ['two of one line', ['ARG I=node V="20"', 'FROM $I:$V'], {}, 'node:20'],
    ['one in another', ['ARG V=20', 'ARG I=node:${V}', 'FROM $I'], {}, 'node:20'],
    ['the last of the same name', ['ARG V=1', 'ARG V=20', 'FROM node:$V'], {}, 'node:20'],
    ['a default in FROM', ['ARG V', 'FROM node:${V:-20}'], {}, 'node:20'],
    ['a default without a colon', ['ARG V', 'FROM node:${V-20}'], {}, 'node:20'],
    ['an empty value without a colon', ['ARG V=', 'FROM node${V-:20}'], {}, 'node'],
    ['a default that is a variable', ['ARG W=20', 'FROM node:${V:-${W:-18}}'], {}, 'node:20'],
    ['a default that is a bare variable', ['ARG W=20', 'FROM node:${V:-$W}'], {}, 'node:20'],
    ['another value where it is set', ['ARG V=1', 'FROM node${V:+:20}'], {}, 'node:20'],
    ['no other value where it is empty', ['ARG V=', 'FROM node${V:+:20}'], {}, 'node'],
    ['a value that is required', ['ARG V=20', 'FROM node:${V:?}'], {}, 'node:20'],
    ['the platform of dynos', ['FROM a-$TARGETOS-${TARGETARCH}'], {}, 'a-linux-amd64'],
    ['the platform, declared', ['ARG TARGETARCH', 'FROM a-$TARGETARCH'], {}, 'a-amd64'],
    ['a name that JavaScript knows too', ['ARG constructor=a', 'FROM $constructor'], {}, 'a'],
    ['a stage', ['FROM a AS build-amd64', 'FROM build-$TARGETARCH'], {}, 'a'],
  ])('is named with %s', (_, lines, buildArguments, baseImage) => {
    const dockerfile = parse(lines, buildArguments);
    expect(dockerfile).toMatchObject({ baseImage, externalImages: [baseImage] });
  });

  test('is nothing where its variable is not set, which is the builder’s to say', () => {
    expect(parse(['ARG BASE', 'FROM $BASE'])).toMatchObject({ baseImage: '', externalImages: [] });
  });
});

test('the build arguments that a Dockerfile declares are known, in all stages', () => {
  const lines = ['ARG A=1 B', 'FROM a', 'ARG C="x y"', 'RUN echo ARG D', 'FROM a', 'arg E'];
  expect([...parse(lines).declaredArguments]).toEqual(['A', 'B', 'C', 'E']);
});

test('the text of a Dockerfile is kept as it is', () => {
  expect(parse('FROM a\r\n\r\n# é').text).toBe('FROM a\r\n\r\n# é');
});

test('any text is read without a crash', () => {
  const word = fc.constantFrom(
    ...['FROM', 'ARG', 'COPY', 'ADD', 'RUN', 'ONBUILD', 'AS', '--from=', '--mount=type=', '<<EOF'],
    ...[
      'EOF',
      '${',
      '${A:-',
      '}',
      '$A',
      'A=',
      '"',
      "'",
      '\\\n',
      '\\',
      '\n',
      '\r\n',
      '#',
      '[',
      ']',
      ',',
    ],
  );
  const text = fc
    .array(fc.oneof({ weight: 4, arbitrary: word }, fc.string()))
    .map((words) => words.join(' '));
  fc.assert(
    fc.property(
      text,
      fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('$A', '${A}', 'x')),
      (content, given) => {
        const { externalImages } = parseDockerfile(content, given);
        expect(externalImages).not.toContain('');
        expect(externalImages).not.toContain('scratch');
      },
    ),
    { numRuns: 300 },
  );
});

describe('the steps that make the image', () => {
  function steps(lines: readonly string[], buildArguments: Record<string, string> = {}) {
    return parse(lines, buildArguments).steps.map(
      ({ keyword, text, line }) => `${line} ${keyword} ${text}`,
    );
  }

  test('are those of the last stage and of the stages it stands on, ONBUILD when it fires', () => {
    const lines = [
      'FROM a AS Base',
      'run one',
      'ONBUILD RUN two',
      'FROM b AS other',
      'RUN no',
      'FROM base',
      'RUN three',
      'ONBUILD COPY --chown=1:1 . .',
      'RUN four',
    ];
    expect(steps(lines)).toEqual([
      '2 RUN one',
      '3 RUN two',
      '7 RUN three',
      '9 RUN four',
      '8 COPY . .',
    ]);
  });

  test('say who reads the context', () => {
    const lines = ['FROM a', 'COPY --from=b x /', 'ONBUILD COPY . .', 'RUN --mount=target=/x make'];
    expect(parse(lines).steps.map(({ readsContext }) => readsContext)).toEqual([false, true, true]);
  });

  test.each<[string, string[], string]>([
    ['ARG', ['ARG U=app', 'USER $U'], 'app'],
    ['a build argument', ['ARG GIVEN=app', 'USER ${GIVEN}'], 'root'],
    ['a default in its place', ['USER ${NONE:-1000}'], '1000'],
    ['ENV', ['ENV U="app"', 'ENV V=$U', 'USER $V:$V'], 'app:app'],
  ])('fill USER in with %s', (_, lines, user) => {
    expect(steps(['FROM a', ...lines], { GIVEN: 'root' }).at(-1)).toMatch(
      new RegExp(` USER ${user}$`),
    );
  });

  test('take no name of JavaScript’s for an argument that was given', () => {
    expect(steps(['FROM a', 'ARG constructor', 'USER u$constructor']).at(-1)).toMatch(/ USER u$/);
  });

  test('do not grow without end with a variable that doubles itself', () => {
    const doubling = Array.from({ length: 40 }, () => 'ENV A=$A$A');
    const last = steps(['FROM a', 'ENV A=xxxxxxxx', ...doubling, 'USER $A']).at(-1);
    expect(last?.length).toBeLessThan(10_000);
  });
});
