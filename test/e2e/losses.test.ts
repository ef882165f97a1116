import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyExample, writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInEngine } from '../support/left-in-engine.ts';
import { docker, machine } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, type Step } from '../support/runner.ts';

const heroku = useLocalHeroku();

interface Warning {
  readonly line: number | undefined;
  readonly message: string;
}

/** The annotations of a step on its Dockerfile, or on nothing. */
function warningsOf(step: Step): Warning[] {
  return [...step.log.matchAll(/^::warning(?: file=Dockerfile)?(?:,line=(\d+))?::(.*)$/gm)].map(
    ([, line, message = '']) => ({ line: line ? Number(line) : undefined, message }),
  );
}

/** Number of the first line of a Dockerfile that has a text. */
function lineWith(dockerfile: readonly string[], text: string): number {
  return (
    dockerfile
      .join('\n')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
}

/** Whatever is missed, the comparison leaves nothing behind. */
async function build(workspace: string, inputs: Record<string, string> = {}): Promise<Step> {
  const step = await runAction(
    { command: 'build', 'stack-image': machine.stackImage, ...inputs },
    { workspace },
  );
  expect(leftInEngine(step)).toEqual([]);
  return step;
}

/**
 * GraphicsMagick from the source that the distribution has of it, as small as it can be configured.
 * The same instructions in every test, so that it is built once. Sources are listed in one of two
 * formats.
 */
const graphicsMagick = [
  `FROM ${machine.stackImage}`,
  'USER root',
  `RUN cd /etc/apt \\
 && find . -name '*.sources' -exec sed --in-place 's/^Types:.*/Types: deb deb-src/' {} + \\
 && find . -name '*.list' -exec sed --in-place 's/^deb \\(.*\\)/&\\ndeb-src \\1/' {} + \\
 && apt-get update \\
 && mkdir --parents /tmp/gm/source \\
 && cd /tmp/gm \\
 && apt-get source --download-only --tar-only graphicsmagick \\
 && tar --extract --strip-components=1 --directory=source --file graphicsmagick_*.orig.tar.*`,
  `RUN cd /tmp/gm/source \\
 && ./configure --quiet --prefix=/usr --enable-shared --disable-static --disable-openmp CFLAGS=-O0 \\
      --without-magick-plus-plus --without-perl --without-x --without-bzlib --without-fpx \\
      --without-heif --without-jbig --without-jp2 --without-jpeg --without-jxl --without-lcms2 \\
      --without-libzip --without-lzma --without-png --without-tiff --without-ttf --without-webp \\
      --without-wmf --without-xml --without-zlib --without-zstd \\
 && make --silent --jobs=2 >/dev/null`,
];

/** Answers every request with what gm says, and with a picture that it has turned round. */
const gmServer = [
  'answer() {',
  '  body="$(gm version | head -n 1)',
  '$(printf "P3 2 1 255 255 0 0 0 0 255 " | gm convert ppm:- -flop txt:-)"',
  '  printf "HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s" "$(printf %s "$body" | wc -c)" "$body"',
  '}',
  'while true; do answer | nc -l -p "$PORT" -q 1; done',
  '',
].join('\n');

const gmFiles = {
  'serve.sh': gmServer,
  '.dockerignore': 'Dockerfile\n',
};

const installedInApp = [
  ...graphicsMagick,
  'RUN make -C /tmp/gm/source --silent DESTDIR=/app install >/dev/null',
  'ENV PATH=/app/usr/bin:$PATH',
];

test('GraphicsMagick in /usr is missed: as a program of a process, and as a library', async () => {
  const dockerfile = [
    ...graphicsMagick,
    'RUN make -C /tmp/gm/source --silent install >/dev/null',
    'WORKDIR /app',
    'COPY . .',
    'RUN mkdir bin && gcc -I/usr/include/GraphicsMagick turn.c -o bin/turn -lGraphicsMagick && rm turn.c',
    '',
  ];
  const step = await build(
    writeApp({
      ...gmFiles,
      'turn.c': `#include <magick/api.h>
int main(int count, char **words) { InitializeMagick(*words); return 0; }
`,
      Procfile: 'web: bash serve.sh\nworker: gm version\n',
      Dockerfile: dockerfile.join('\n'),
    }),
  );
  expect(step.exitCode, step.log).toBe(0);
  const line = lineWith(dockerfile, '--silent install');
  expect(warningsOf(step)).toEqual([
    { line, message: expect.stringMatching(/^gm, which worker starts, is in \/usr\/bin .*\/app/) },
    {
      line,
      message: expect.stringMatching(
        /^libGraphicsMagick\.so\.3, which bin\/turn needs, is neither in \/app nor on heroku-24\..*DESTDIR=\/app.*LD_LIBRARY_PATH=\/app\/usr\/lib/,
      ),
    },
  ]);
  expect(step.log).toMatch(/^Outside \/app, and so not on the dyno: \d+ files, [\d.]+ MB$/m);
  expect(step.log).toMatch(/^ +[\d.]+ MB {2}\/usr\/lib$/m);
  expect(step.log).toContain(`Programs among that: GraphicsMagick-config`);
  expect(step.log).toMatch(new RegExp(`\\bgm in /usr/bin \\(line ${line}\\)`));
});

test('GraphicsMagick in /app without LD_LIBRARY_PATH: the line that mends it is told', async () => {
  const step = await build(
    writeApp({
      ...gmFiles,
      Procfile: 'web: bash serve.sh\n',
      Dockerfile: [...installedInApp, 'WORKDIR /app', 'COPY . .', ''].join('\n'),
    }),
  );
  expect(step.exitCode, step.log).toBe(0);
  expect(warningsOf(step)).toEqual([
    {
      line: undefined,
      message: expect.stringMatching(
        /^libGraphicsMagick\S*( and libGraphicsMagick\S*)?, which usr\/bin\/gm needs, (is|are) in \/app\/usr\/lib, .* ENV LD_LIBRARY_PATH=\/app\/usr\/lib /,
      ),
    },
  ]);
});

test('GraphicsMagick in /app with its ENV is not missed, and converts on the dyno', async () => {
  const app = await heroku.createApp();
  const step = await runAction(heroku.inputs(app), {
    workspace: writeApp({
      ...gmFiles,
      Procfile: 'web: bash serve.sh\n',
      Dockerfile: [
        ...installedInApp,
        'ENV LD_LIBRARY_PATH=/app/usr/lib',
        'WORKDIR /app',
        'COPY . .',
        '',
      ].join('\n'),
    }),
  });
  expect(step.exitCode, step.log).toBe(0);
  expect(warningsOf(step)).toEqual([]);
  expect(step.log).not.toContain('Programs among that');
  expect(leftInEngine(step)).toEqual([]);
  const page = await fetch(String(step.outputs['web-url']), {
    signal: AbortSignal.timeout(10_000),
  });
  expect((await page.text()).split('\n')).toEqual([
    expect.stringMatching(/^GraphicsMagick 1\./),
    expect.stringMatching(/^0,0: \( *0, *0, *255\)/),
    expect.stringMatching(/^1,0: \( *255, *0, *0\)/),
  ]);
});

test('a library from a Debian package is missed, with the package and the ONBUILD RUN that brings it', async () => {
  const dockerfile = [
    `FROM ${machine.stackImage}`,
    'USER root',
    'WORKDIR /app',
    'ONBUILD RUN apt-get update && apt-get install --yes --no-install-recommends \\',
    '    libconfuse-dev',
    'ONBUILD COPY . .',
    'ONBUILD RUN gcc config.c -o config -lconfuse && rm config.c',
    '',
  ];
  const step = await build(
    writeApp({
      'config.c': '#include <confuse.h>\nint main(void) { return cfg_init(0, 0) == 0; }\n',
      Procfile: 'web: ./config\n',
      Dockerfile: dockerfile.join('\n'),
      '.dockerignore': 'Dockerfile\n',
    }),
  );
  expect(step.exitCode, step.log).toBe(0);
  expect(warningsOf(step)).toEqual([
    {
      line: lineWith(dockerfile, 'apt-get install'),
      message: expect.stringMatching(
        /^libconfuse\.so\.2, which config needs, is neither in \/app nor on heroku-24\..*Debian package libconfuse2:.*dpkg -x/,
      ),
    },
  ]);
  expect(leftInTemporaryFolder(step)).toHaveLength(1); // The slug's, for the job's next steps.
});

test('instructions that a dyno does not heed, and a secret in the slug, are told with their lines', async () => {
  const dockerfile = [
    `FROM ${machine.stackImage} AS base`,
    'USER root',
    'RUN useradd --create-home worker',
    'WORKDIR /srv',
    'ENTRYPOINT ["/app/start.sh"]',
    'FROM base',
    'COPY . /app/',
    'ONBUILD CMD ["node", "server.js"]',
    'ONBUILD USER worker',
    '',
  ];
  const step = await build(
    writeApp({
      '.env': 'TOKEN=abc\n',
      Procfile: 'web: bash serve.sh\n',
      'serve.sh': gmServer,
      Dockerfile: dockerfile.join('\n'),
    }),
  );
  expect(step.exitCode, step.log).toBe(0);
  expect(warningsOf(step).map(({ line, message }) => [line, message.split(' ')[0]])).toEqual([
    [lineWith(dockerfile, 'COPY'), '.env'],
    [lineWith(dockerfile, 'WORKDIR'), 'WORKDIR'],
    [lineWith(dockerfile, 'ONBUILD USER'), 'USER'],
    [lineWith(dockerfile, 'ENTRYPOINT'), 'A'],
    [lineWith(dockerfile, 'CMD'), 'A'],
  ]);
});

test('what an image that is no stack image brings along is missed as well', async () => {
  const base = `tool-base:${randomUUID()}`;
  const tool = 'printf "#!/bin/sh\\n" >/usr/local/bin/tool && chmod +x /usr/local/bin/tool';
  const baseDockerfile = `FROM ${machine.stackImage}\nUSER root\nRUN ${tool}\n`;
  const folder = writeApp({ Dockerfile: baseDockerfile });
  docker('build', '--quiet', '--tag', base, folder);
  try {
    const step = await build(
      writeApp({ Procfile: 'web: tool\n', Dockerfile: `FROM ${base}\nCOPY . /app/\n` }),
      { 'run-image': machine.runImage },
    );
    expect(step.exitCode, step.log).toBe(0);
    expect(warningsOf(step).map(({ message }) => message)).toEqual([
      expect.stringContaining('is no Heroku stack image'),
      expect.stringMatching(
        /^tool, which web starts, is in \/usr\/local\/bin and so not on the dyno/,
      ),
    ]);
  } finally {
    docker('image', 'rm', '--force', base);
  }
});

test('the node example misses nothing', async () => {
  const step = await build(copyExample('node'), {
    'build-args': machine.mirror('node').join('\n'),
  });
  expect(step.exitCode, step.log).toBe(0);
  expect(warningsOf(step)).toEqual([]);
  expect(step.log).toMatch(/^Outside \/app, and so not on the dyno: /m);
});

test('a run image that cannot be had costs the report, not the build', async () => {
  const workspace = writeApp({
    Procfile: 'web: bash serve.sh\n',
    'serve.sh': gmServer,
    Dockerfile: `FROM ${machine.stackImage}\nUSER root\nCMD ["gm"]\nCOPY . /app/\n`,
  });
  writeFileSync(join(workspace, '.dockerignore'), 'Dockerfile\n');
  const step = await build(workspace, { 'run-image': 'localhost:9/no/such:image' });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log.match(/^What the dyno would miss of the image is not known: .*$/gm)).toHaveLength(
    1,
  );
  expect(warningsOf(step).map(({ line }) => line)).toEqual([3]);
});
