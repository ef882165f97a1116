import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { machine } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, type Step } from '../support/runner.ts';

const heroku = useLocalHeroku();

const base = [`FROM ${machine.stackImage}`, 'USER root', 'WORKDIR /app/web'];

interface Broken {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Where the annotation is to be, as the runner is told. */
  readonly place: string;
  readonly says: string;
}

const cases: readonly Broken[] = [
  {
    what: 'a Dockerfile’s command',
    files: { Dockerfile: [...base, 'COPY . .', 'RUN echo one \\', '  two && false'].join('\n') },
    place: 'file=shop/Dockerfile,line=5',
    says: 'The image does not build.',
  },
  {
    what: 'a Dockerfile’s command, in a folder',
    files: { 'docker/web': [...base, 'RUN false'].join('\n') },
    inputs: { dockerfile: 'docker/web' },
    place: 'file=shop/docker/web,line=4',
    says: 'The image does not build.',
  },
  {
    what: 'a Dockerfile’s instruction that there is not',
    files: { Dockerfile: [...base, '', 'RNU true'].join('\n') },
    place: 'file=shop/Dockerfile,line=5',
    says: 'unknown instruction: RNU',
  },
  {
    what: 'a Dockerfile’s ONBUILD instruction',
    files: {
      Dockerfile: [
        ...base,
        'ONBUILD ARG MODE=fast',
        'ONBUILD WORKDIR /app/web/src',
        'ONBUILD COPY . .',
        'ONBUILD RUN --mount=type=cache,target=/tmp/cache \\',
        '  # fails',
        '  test $MODE = slow',
        'ONBUILD RUN true',
      ].join('\n'),
    },
    place: 'file=shop/Dockerfile,line=7',
    says: 'The image does not build.',
  },
  {
    what: 'a Dockerfile’s ONBUILD COPY of what .slugignore leaves out',
    files: {
      Dockerfile: [...base, 'ONBUILD COPY lock .'].join('\n'),
      lock: '',
      '.slugignore': 'lock',
    },
    place: 'file=shop/Dockerfile,line=4',
    says: 'The image does not build.',
  },
  {
    what: 'a Procfile',
    files: { Dockerfile: base.join('\n'), Procfile: '# none\nweb true\nweb\n' },
    place: 'file=shop/Procfile,line=3',
    says: 'Procfile, line 3 does not parse',
  },
];

/** A checkout with the app in a folder of its own. */
function checkout(files: Readonly<Record<string, string>>): string {
  const app = { Procfile: 'web: true', ...files };
  return writeApp(
    Object.fromEntries(Object.entries(app).map(([name, content]) => [`shop/${name}`, content])),
  );
}

function run(workspace: string, inputs: Readonly<Record<string, string>> = {}): Promise<Step> {
  const usual = { command: 'build', 'stack-image': machine.stackImage };
  return runAction({ ...usual, 'working-directory': 'shop', ...inputs }, { workspace });
}

test.each(cases)('$what that fails is an annotation at its line', async (broken) => {
  const step = await run(checkout(broken.files), broken.inputs);
  expect(step.exitCode).toBe(1);
  const annotation = step.log.split('\n').find((line) => line.startsWith('::error '));
  expect(annotation, step.log).toContain(`,${broken.place}::`);
  expect(annotation).toContain(broken.says);
  expect(leftInTemporaryFolder(step)).toEqual([]);
});

test('a Dockerfile that was written for the app is annotated too', async () => {
  const workspace = checkout({ 'index.html': '' });
  const nobodyAnswers = 'CADDY_MIRROR=http://127.0.0.1:9';
  const step = await run(workspace, { template: 'static', 'build-args': nobodyAnswers });
  expect(step.exitCode).toBe(1);
  const [, line] = /^::error [^:]*,file=shop\/Dockerfile,line=(\d+)::/m.exec(step.log) ?? [];
  const written = readFileSync(join(workspace, 'shop/Dockerfile'), 'utf8').split('\n');
  expect(written[Number(line) - 1], step.log).toMatch(/^RUN .*curl/);
});

test('lines of .env that set nothing are annotated and stop nothing', async () => {
  const workspace = checkout({ '.env': 'A=1\n\nB\nC="2\n', Dockerfile: base.join('\n') });
  const step = await run(workspace, { command: 'exec', run: 'test "$A$C" = \'1"2\'' });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log).toContain('::warning file=shop/.env,line=3::Line 3 sets nothing');
  expect(step.log).toContain('::warning file=shop/.env,line=4::The value of C begins with a quote');
});

test.each([
  ['an app.json that is no JSON', 'app.json', '{\n  "env": {\n    "A": 1,\n  }\n}', 4],
  ['an app.json that asks for what the app lacks', 'app.json', '{"env":{"A":"1",\n"B":{}}}', 2],
  ['a config-file with a quote that is never closed', 'shop.env', 'A=1\nB="s3cr3t\n', 2],
])('%s is annotated, and nothing is released', async (_what, file, content, line) => {
  const app = await heroku.createApp();
  await heroku.setConfigVars(app, { A: '1' });
  const workspace = checkout({ [file]: content, Dockerfile: [...base, 'COPY . .'].join('\n') });
  const step = await run(workspace, {
    ...heroku.inputs(app),
    command: 'release',
    ...(file !== 'app.json' && { 'config-file': file }),
  });
  expect(step.exitCode).toBe(1);
  expect(step.log).toMatch(new RegExp(`^::error [^:]*,file=shop/${file},line=${line}::`, 'm'));
  expect(step.log).not.toContain('s3cr3t');
  expect(await heroku.slugReleases(app)).toEqual([]);
});
