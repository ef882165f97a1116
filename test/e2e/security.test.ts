import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ownDockerfileApp, writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInEngine } from '../support/left-in-engine.ts';
import { docker, machine, removeImages } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, runPostStep, type Step } from '../support/runner.ts';
import { workflowCommands } from '../support/workflow-commands.ts';
import { list } from '../tar/gnu-tar.ts';

const heroku = useLocalHeroku();

/** On this file's images, whose random bytes no other run can use. */
const imageLabel = 'heroku-docker-release.test=security';

afterAll(() => removeImages(imageLabel));

const secret = 'npm_s3cr3t-value';

describe('A build secret is in the build and nowhere else, the token and what .env says in no log and on no command line', () => {
  test('neither in the image, its history, the slug, the state, the outputs nor the summary', async () => {
    const app = await heroku.createApp();
    const workspace = ownDockerfileApp(machine.stackImage);
    writeFileSync(
      join(workspace, 'Dockerfile'),
      [
        `FROM ${machine.stackImage}`,
        `LABEL ${imageLabel}`,
        'USER root',
        'WORKDIR /app/web',
        'COPY . .',
        'RUN --mount=type=secret,id=NPM_TOKEN wc --bytes < /run/secrets/NPM_TOKEN > secret-length',
        `RUN --mount=type=secret,id=NPM_TOKEN echo "the token is $(cat /run/secrets/NPM_TOKEN)" # ${randomUUID()}`,
        '',
      ].join('\n'),
    );
    const variable = `env-s3cr3t-${randomUUID()}`;
    writeFileSync(join(workspace, '.env'), `GREETING='${variable}'\n`);
    writeFileSync(join(workspace, '.dockerignore'), 'Dockerfile\n.env\n');
    const inputs = heroku.inputs(app);
    const commands = watchCommandLines();
    const step = await runAction(
      { ...inputs, secrets: `NPM_TOKEN=${secret}`, 'smoke-test': 'true' },
      { workspace },
    );
    const seen = await commands.stop();
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log.split('\n')[0]).toBe(`::add-mask::${inputs['api-key']}`);
    expect(step.log).toContain('the token is ***');
    const told = [withoutMasking(step.log), ...Object.values(step.outputs), step.summary].join(
      '\n',
    );
    for (const hidden of [secret, inputs['api-key'] as string, variable]) {
      expect(told).not.toContain(hidden);
      expect(seen).not.toContain(hidden);
    }
    expect(seen).toContain(`docker buildx build`);
    expect(told).not.toMatch(/[?&](signature|X-Amz-Signature)=/i);
    const image = String(step.outputs['image-id']);
    expect(docker('image', 'history', '--no-trunc', image)).not.toContain(secret);
    expect(docker('image', 'inspect', image)).not.toContain(secret);
    const slug = execFileSync('tar', ['xzOf', String(step.outputs['slug-path'])], {
      maxBuffer: 1 << 26,
    });
    expect(slug.includes(secret)).toBe(false);
    expect(slug.includes(variable)).toBe(false);
    expect(slug.includes(`${secret.length}\n`)).toBe(true);
    expect(step.state).toEqual({ run: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });
});

describe('No other user of the machine can look into the temporary files, and the post step is told nothing but the run’s id', () => {
  test('while it builds, and afterwards', async () => {
    const app = await heroku.createApp();
    let looked = 0;
    const look = (folder: string) => {
      for (const name of readdirSync(folder)) {
        expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
        looked++;
      }
    };
    const temporary = mkdtempSync(join(tmpdir(), 'runner-temp-'));
    const step = await runAction(heroku.inputs(app), {
      workspace: slowApp('worker: sleep 60\n'),
      environment: { RUNNER_TEMP: temporary },
      onLog: () => look(temporary),
    });
    expect(step.exitCode, step.log).toBe(0);
    expect(looked).toBeGreaterThan(0);
    look(temporary);
    expect(basename(String(step.outputs['slug-path']))).toBe('slug.tgz');
    expect(Object.keys(step.state)).toEqual(['run']);
  });
});

/** What a reader of the log sees: the runner swallows the lines that tell it what to mask. */
function withoutMasking(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

/** Gathers the command lines of all processes, a few times a second. */
function watchCommandLines() {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const line of execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n')) {
      seen.add(line);
    }
  }, 100);
  return {
    async stop(): Promise<string> {
      clearInterval(timer);
      return [...seen].join('\n');
    },
  };
}

/** Names that a shell would do something about, or a program take for an option. */
const odd = `-rf $(touch pwned) \`touch pwned\` "; touch pwned; " 'x' & | > pwned`;

describe('Names and contents of the app’s files reach other programs as one argument each: no shell, and no option', () => {
  /** Writes down what a Node.js process starts, as it starts it. */
  function watchSpawns() {
    const folder = mkdtempSync(join(tmpdir(), 'spawns-'));
    const record = join(folder, 'record');
    writeFileSync(record, '');
    const hook = join(folder, 'hook.cjs');
    writeFileSync(
      hook,
      `const { ChildProcess } = require('node:child_process');
       const { appendFileSync } = require('node:fs');
       const { spawn } = ChildProcess.prototype;
       ChildProcess.prototype.spawn = function (options) {
         appendFileSync('${record}', JSON.stringify([options.file, ...options.args.slice(1)]) + '\\n');
         return spawn.call(this, options);
       };`,
    );
    return {
      environment: { NODE_OPTIONS: `--require ${hook}` },
      calls: () =>
        readFileSync(record, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as [string, ...string[]]),
    };
  }

  /** An app in a folder, and of files, whose names and contents are all odd. */
  function oddApp(): string {
    const folder = ownDockerfileApp(machine.stackImage);
    renameSync(join(folder, 'Dockerfile'), join(folder, `${odd}.dockerfile`));
    renameSync(join(folder, 'Procfile'), join(folder, `${odd}.procfile`));
    writeFileSync(join(folder, `${odd}.env`), `LEVEL=${JSON.stringify(odd.replaceAll('"', ''))}\n`);
    writeFileSync(join(folder, `${odd}\n::error::x`), 'text');
    for (const name of ['docker', 'git', 'sh']) {
      writeFileSync(join(folder, name), '#!/bin/sh\ntouch pwned\n');
      chmodSync(join(folder, name), 0o755);
    }
    const parent = mkdtempSync(join(tmpdir(), 'odd-'));
    renameSync(folder, join(parent, `${odd}\nnew line`));
    return join(parent, `${odd}\nnew line`);
  }

  function inputsOf(workspace: string) {
    return {
      dockerfile: `${odd}.dockerfile`,
      procfile: `${odd}.procfile`,
      'env-file': `${odd}.env`,
      'working-directory': workspace,
      'slug-path': join(workspace, `${odd}.tgz`),
    };
  }

  test('from a folder to a release', async () => {
    const app = await heroku.createApp();
    const workspace = oddApp();
    const spawns = watchSpawns();
    const step = await runAction(
      { ...heroku.inputs(app), ...inputsOf(workspace), 'smoke-test': 'true' },
      { workspace, environment: spawns.environment },
    );
    expect(step.exitCode, step.log).toBe(0);
    const calls = spawns.calls();
    expect([...new Set(calls.map(([file]) => basename(file)))].sort()).toEqual(['docker', 'git']);
    const builds = calls.filter(([, ...args]) => args.slice(0, 2).join(' ') === 'buildx build');
    expect(builds.some((call) => call.at(-1) === workspace)).toBe(true);
    // Each is whole wherever it stands, and never begins an argument of its own.
    for (const argument of calls.flat().filter((text) => text.includes('pwned'))) {
      expect(argument).toContain(odd);
      expect(argument).not.toMatch(/^-/);
    }
    const slug = list(execFileSync('gunzip', ['-c', String(step.outputs['slug-path'])]));
    expect(slug.map(({ name }) => name)).toContain(`./app/web/${odd}\n::error::x`);
    expect(slug.filter(({ name }) => name.endsWith('/pwned'))).toEqual([]);
    expect(readdirSync(workspace)).not.toContain('pwned');
    expect(workflowCommands(step.log).filter((line) => /error/.test(line))).toEqual([]);
  });

  test('a command gets what .env says as it is', async () => {
    const workspace = oddApp();
    const step = await runAction(
      {
        ...inputsOf(workspace),
        command: 'exec',
        image: 'app',
        'stack-image': machine.stackImage,
        run: 'echo "<$LEVEL>"; ls',
      },
      { workspace },
    );
    expect(step.exitCode, step.log).toBe(0);
    expect(step.log).toContain('<***>'); // All of it, and masked for that.
    expect(step.log).not.toMatch(/^pwned$/m);
  });

  test.each(['--privileged', '-rf', '../../account', '$(touch pwned)', 'a\u0085::error::b'])(
    'an app named %j is one that is not there',
    async (app) => {
      const workspace = ownDockerfileApp(machine.stackImage);
      const step = await runAction({ ...heroku.inputs(app), 'dry-run': 'true' }, { workspace });
      expect(step.exitCode).toBe(1);
      expect(step.log).toContain('(HTTP 404, not_found');
      expect(workflowCommands(step.log).filter((line) => /^::error/.test(line))).toHaveLength(1);
      expect(readdirSync(workspace)).not.toContain('pwned');
    },
  );

  test('a process type named --privileged is none of Docker’s options', async () => {
    const workspace = writeApp({
      Dockerfile: `FROM ${machine.stackImage}\nLABEL ${imageLabel}\n`,
      Procfile: '--privileged: sleep 60\n',
    });
    const step = await runAction(
      { command: 'start', run: '--privileged', 'stack-image': machine.stackImage },
      { workspace },
    );
    expect(step.exitCode, step.log).toBe(0);
    const format = '{{.HostConfig.Privileged}}';
    const container = String(step.outputs['container-id']);
    expect(docker('inspect', '--format', format, container)).toBe('false');
    await runPostStep(step, { workspace });
    expect(leftInEngine(step)).toEqual([]);
  });
});

describe('A pull request from a fork has no secrets, and says so, with what to do', () => {
  test('as a runner runs it', async () => {
    const [head, base] = ['alice/shop', 'org/shop'].map((name) => ({ repo: { full_name: name } }));
    const workspace = writeApp({ event: JSON.stringify({ pull_request: { head, base } }) });
    const environment = {
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: join(workspace, 'event'),
    };
    const step = await runAction({ app: 'shop', 'api-key': '' }, { workspace, environment });
    expect(step.exitCode).toBe(1);
    expect(step.log).toMatch(/^::error .*from the fork alice\/shop, .*"command: build"/m);
  });
});

describe('An output’s value sets no other output', () => {
  test('whatever a command in the Procfile looks like', async () => {
    const workspace = ownDockerfileApp(machine.stackImage);
    writeFileSync(
      join(workspace, 'Procfile'),
      'web: bash serve.sh\nworker: echo x<<EOF slug-id=forged ::set-output name=slug-id::forged\n',
    );
    const step = await runAction(
      { command: 'build', 'stack-image': machine.stackImage },
      { workspace },
    );
    expect(step.exitCode, step.log).toBe(0);
    expect(step.outputs).not.toHaveProperty('slug-id');
    expect(JSON.parse(String(step.outputs['process-types']))).toMatchObject({
      worker: 'echo x<<EOF slug-id=forged ::set-output name=slug-id::forged',
    });
  });
});

describe('Nothing that a build, a dyno, Docker or Heroku writes, and no name or content of a file, is a command to the runner', () => {
  const commands = [
    '::add-mask::x',
    '::set-output name=slug-id::forged',
    '##[error]forged',
    '::stop-commands::x',
  ];

  test('lines for the runner, from a build and from a dyno that fails', async () => {
    const printed = commands.flatMap((command) => [
      command,
      `\\v\\f\\t${command}`,
      `x\\r${command}`,
      `\\0${command}`,
    ]);
    const workspace = writeApp({
      'print.sh': `printf '%b\\n' ${printed.map((line) => `'${line}'`).join(' ')}\nprintf '\\033[2K\\033]0;x\\007'\nhead -c 1000000 /dev/zero | tr '\\0' x\necho\n`,
      Dockerfile: [
        `FROM ${machine.stackImage}`,
        `LABEL ${imageLabel}`,
        'USER root',
        'WORKDIR /app',
        'COPY . .',
        `RUN echo ${randomUUID()} && bash print.sh`,
        '',
      ].join('\n'),
      Procfile: `web: bash print.sh; exit 3 # ${commands.join(' ')}\n`,
      '.env': `A=${commands[0]}\n`,
    });
    const step = await runAction(
      { command: 'build', 'stack-image': machine.stackImage, 'smoke-test': 'true' },
      { workspace },
    );
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log.match(/forged/g)?.length).toBeGreaterThan(8);
    const found = workflowCommands(withoutMasking(step.log));
    expect(found.filter((line) => !/^::(?:(?:end)?group|error title=|warning)/.test(line))).toEqual(
      [],
    );
    expect(step.outputs).not.toHaveProperty('slug-id');
    expect(step.log.match(/^::add-mask::.*$/gm)).toEqual(['::add-mask::::add-mask::x']);
    expect(Math.max(...step.log.split('\n').map((line) => line.length))).toBeLessThan(50_000);
    expect(step.log).not.toMatch(/[^\P{Cc}\n\t]/u);
  });
});

/** Builds an image with what these commands make in `/app`, and its slug. */
function buildOf(...commands: readonly string[]): Promise<Step> {
  const workspace = writeApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      `LABEL ${imageLabel}`,
      'USER root',
      'ENV GREETING=hello',
      'WORKDIR /app',
      'RUN touch a',
      ...commands.map((command) => `RUN ${command}`),
      '',
    ].join('\n'),
    Procfile: 'web: true\n',
  });
  return runAction({ command: 'build', 'stack-image': machine.stackImage }, { workspace });
}

describe('Devices, pipes and entries of unknown types are refused', () => {
  test('in a real image', async () => {
    const step = await buildOf('mkfifo pipe');
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain('/app/pipe is a named pipe');
  });
});

describe('Nothing of the app’s takes the place of the .profile.d script that its slug gets', () => {
  test.each([
    [
      'a folder of its name',
      'mkdir -p .profile.d/000-heroku-docker-release.sh',
      'a script has to be written in the place of that',
    ],
    [
      'a link in the place of its folder',
      'ln -s /etc .profile.d',
      '/app/.profile.d in the image is no folder',
    ],
  ])('%s in a real image', async (_, command, says) => {
    const step = await buildOf(command);
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain(says);
  });
});

describe('A symbolic link stays what it is, absolute or not, and nothing is read or written through it', () => {
  test('among names of all kinds, in a real image', async () => {
    const step = await buildOf(
      'ln -s /usr/bin/env absolute && ln -s ../../../etc/passwd up && ln a hard',
      'cp /bin/true su && chmod 4755 su && touch "$(printf \'new\\nline \\033[31m\')" ./-rf',
      'mkdir .profile.d && ln -s ../a .profile.d/000-heroku-docker-release.sh',
    );
    expect(step.exitCode, step.log).toBe(0);
    const path = String(step.outputs['slug-path']);
    const entries = list(execFileSync('gunzip', ['-c', path]));
    const found = Object.fromEntries(entries.map(({ name, kind }) => [name.slice(6), kind]));
    expect(found).toMatchObject({
      absolute: 'symbolic link',
      up: 'symbolic link',
      su: 'file',
      '-rf': 'file',
      'new\nline \x1b[31m': 'file',
      '.profile.d/000-heroku-docker-release.sh': 'file',
    });
    expect(entries.filter(({ kind }) => kind === 'hard link')).toHaveLength(1);
    expect(entries.filter(({ name }) => name.includes('000-heroku'))).toHaveLength(1);
  });
});

/** An app whose every phase takes long enough to be killed in, and that no earlier run has built. */
function slowApp(procfile = 'web: sleep 60\nrelease: sleep 2\n'): string {
  return writeApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      'USER root',
      `LABEL ${imageLabel}`,
      `RUN echo ${randomUUID()} && mkdir /app && head --bytes=40M /dev/urandom > /app/data`,
      'RUN echo base step runs && sleep 3',
      'ONBUILD COPY . /app/src/',
      'ONBUILD RUN echo app step runs && sleep 3',
      '',
    ].join('\n'),
    Procfile: procfile,
  });
}

describe('The post step removes what a main step that was killed has left, in whatever phase', () => {
  test.each([
    { phase: 'the base image is being built', marker: 'base step runs', how: 'kill' },
    { phase: 'the app image is being built', marker: 'app step runs', how: 'kill' },
    { phase: 'the slug is being made', marker: '::group::Slug', how: 'kill' },
    { phase: 'the slug is being proved', marker: '::group::Smoke test', how: 'kill' },
    { phase: 'the slug is being uploaded', marker: '::group::Upload to', how: 'kill' },
    { phase: 'the release phase runs', marker: 'is pending', how: 'kill' },
    { phase: 'the slug is being made', marker: '::group::Slug', how: 'SIGABRT' },
    { phase: 'the slug is being made', marker: '::group::Slug', how: 'SIGINT twice' },
  ])('while $phase ($how)', async ({ marker, how }) => {
    const app = await heroku.createApp();
    const slugFolder = mkdtempSync(join(tmpdir(), 'slug-'));
    const workspace = slowApp();
    const slugPath = join(slugFolder, 'slug.tgz');
    let isOver = false;
    const step = await runAction(
      {
        ...heroku.inputs(app),
        'slug-path': slugPath,
        ...(marker.includes('Smoke') && { 'smoke-test': 'true' }),
      },
      {
        workspace,
        onLog: (log, cancel, kill) => {
          if (isOver || !log.includes(marker)) return;
          isOver = true;
          if (how === 'SIGINT twice') for (const _ of [1, 2]) cancel('SIGINT');
          // A moment later it has begun in earnest; an upload would be over by then.
          const wait = marker.includes('Upload') ? 0 : 150;
          setTimeout(() => kill(how === 'SIGABRT' ? how : 'SIGKILL'), wait);
        },
      },
    );
    expect(step.log).toContain(marker);
    expect(step.exitCode, step.log).not.toBe(0);
    const post = await runPostStep(step, {
      workspace,
      environment: { RUNNER_TEMP: step.temporaryFolder, 'INPUT_SLUG-PATH': slugPath },
    });
    expect(post.exitCode, post.log).toBe(0);
    expect(post.log).not.toContain('::warning');
    expect(leftInEngine(step)).toEqual([]);
    expect(leftInTemporaryFolder(step)).toEqual([]);
    expect(readdirSync(slugFolder).filter((name) => name !== 'slug.tgz')).toEqual([]);
  });
});
