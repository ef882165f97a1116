import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readBuildIgnore, toDockerIgnore } from '../../src/app/build-ignore.ts';
import { type BuildRequest, buildImage, type FailedInstruction } from '../../src/docker/build.ts';
import { connectEngine } from '../../src/docker/engine.ts';
import { DeployError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine } from '../support/machine.ts';

const tag = 'heroku-docker-release-test-build';
afterAll(() => docker('image', 'rm', '--force', tag));

async function build(overrides: Pick<BuildRequest, 'context' | 'dockerfile' | 'locate'>) {
  await buildImage({
    tag,
    builder: (await connectEngine()).builder,
    buildArguments: {},
    secrets: {},
    cacheFrom: [],
    cacheTo: [],
    signal: new AbortController().signal,
    onLine: () => {},
    ...overrides,
  });
}

/** What of an app's folder reaches a build that copies all of it. */
async function builtFiles(context: string, dockerfile = 'Dockerfile'): Promise<string[]> {
  return copiedFiles(context, (await readBuildIgnore(context, dockerfile)).text);
}

async function copiedFiles(context: string, ignore: string): Promise<string[]> {
  const text = 'FROM scratch\nCOPY . /\n';
  await build({
    context,
    dockerfile: { name: 'Dockerfile', text, ignore },
    locate: () => undefined,
  });
  const archive = join(temporaryFolder(), 'image.tar');
  const container = docker('create', tag, 'none');
  docker('export', '--output', archive, container);
  docker('rm', container);
  // What the engine itself puts into every container.
  const engines = /^(dev|etc|proc|sys)\/|^\.dockerenv$/;
  return execFileSync('tar', ['tf', archive], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && !path.endsWith('/') && !engines.test(path))
    .sort();
}

describe('what the app wants to be kept out of its build', () => {
  test('is what .dockerignore says, and what .slugignore says, whatever .dockerignore brings back', async () => {
    const context = temporaryFolder({
      '.dockerignore': '*.log\n!keep.log\nDockerfile\n!art',
      '.slugignore': '/art\n*.md\nProcfile\n',
      ...Object.fromEntries(
        ['a.log', 'keep.log', 'art/x.psd', 'art/y', 'deep/art/z', 'deep/read.md', 'app.js'].map(
          (file) => [file, ''],
        ),
      ),
      Dockerfile: '',
      Procfile: '',
    });
    expect(await builtFiles(context)).toEqual([
      ...['.dockerignore', '.slugignore', 'app.js', 'deep/art/z', 'keep.log'],
    ]);
  });

  test('is what the Dockerfile’s own .dockerignore says, and then not the other', async () => {
    const context = temporaryFolder({
      'docker/web': '',
      'docker/web.dockerignore': 'one\ndocker\n',
      '.dockerignore': 'two\n',
      '.slugignore': 'three',
      one: '',
      two: '',
      three: '',
    });
    expect(await builtFiles(context, 'docker/web')).toEqual([
      ...['.dockerignore', '.slugignore', 'two'],
    ]);
  });

  test('is nothing where the Dockerfile’s own .dockerignore is empty', async () => {
    const context = temporaryFolder({ 'Dockerfile.dockerignore': '', '.dockerignore': 'a', a: '' });
    expect(await builtFiles(context)).toContain('a');
  });

  test('may have any name, and only that', async () => {
    const odd = [
      ...['a(1).txt', '[id].js', '!x', '#y', 'q?z', 'st*r', 'p+q', 'b{c}', 'pi|pe', 'do$lar'],
      ...['back\\slash', ' lead', 'trail ', 'a b/c d', '^k', 'plain', 'dot.s', 'café', 'nl\nx'],
    ];
    const others = ['a1.txt', 'i.js', 'x', 'y', 'qaz', 'star', 'ppq', 'pq', 'bc', 'pi', 'dots'];
    const context = temporaryFolder(
      Object.fromEntries([...odd, ...others].map((file) => [file, ''])),
    );
    expect(await copiedFiles(context, odd.map(toDockerIgnore).join('\n'))).toEqual(others.sort());
  });

  test('stops the run where it cannot be read', async () => {
    const context = temporaryFolder();
    mkdirSync(join(context, '.dockerignore'));
    await expect(readBuildIgnore(context, 'Dockerfile')).rejects.toMatchObject({
      name: 'DeployError',
      location: { file: '.dockerignore' },
    });
  });
});

describe('a build that fails', () => {
  async function failing(lines: readonly string[]): Promise<FailedInstruction | undefined> {
    let found: FailedInstruction | undefined;
    const failure = await build({
      context: temporaryFolder(),
      dockerfile: {
        name: 'web.Dockerfile',
        text: [`FROM ${machine.stackImage} AS first`, ...lines, ''].join('\n'),
        ignore: '',
      },
      locate: (failed) => {
        found = failed;
        return { file: 'docker/web.Dockerfile', line: failed.line };
      },
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeployError);
    expect(failure).toMatchObject({
      message: expect.stringContaining('The image does not build.'),
      location: found && { file: 'docker/web.Dockerfile', line: found.line },
    });
    return found;
  }

  test.each([
    ['a command', ['USER root', 'RUN echo one && \\', '  false'], 3, 'RUN echo one &&   false', 2],
    ['a file that is not there', ['COPY none /app/'], 2, 'COPY none /app/', 2],
    ['an instruction that there is not', ['', 'USRE root'], 3, '', undefined],
    ['a heredoc', ['RUN <<EOF', 'false', 'EOF'], 2, 'RUN <<EOF (false)', 2],
    [
      'a later stage',
      ['RUN true', `FROM ${machine.stackImage}`, 'RUN false', 'COPY --from=first /etc /etc'],
      4,
      'RUN false',
      2,
    ],
    [
      'an instruction of very many lines',
      [
        'RUN true \\',
        ...Array.from({ length: 60 }, (_, index) => ` && echo ${index} \\`),
        ' && no',
      ],
      2,
      expect.stringMatching(/^RUN true .*no$/),
      2,
    ],
    [
      'a command whose output looks like a place',
      ['RUN printf "web.Dockerfile:1\\n > [9/9] RUN no:\\n"; false'],
      2,
      expect.stringContaining('; false'),
      2,
    ],
    [
      'an ONBUILD instruction that a stage fires',
      ['ONBUILD RUN false', 'FROM first'],
      3,
      'ONBUILD RUN false',
      1,
    ],
  ])('at %s names the instruction', async (_what, lines, line, text, step) => {
    expect(await failing(lines)).toEqual({ line, text, step });
  });

  test('before any instruction has no place', async () => {
    const failure = build({
      context: join(temporaryFolder(), 'none'),
      dockerfile: { name: 'Dockerfile', text: 'FROM scratch\n', ignore: '' },
      locate: () => ({ file: 'wrong' }),
    });
    await expect(failure).rejects.toMatchObject({ name: 'DeployError', location: undefined });
  });
});
