import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { perlServer } from '../dyno/slug.ts';
import { writeApp } from '../support/apps.ts';
import { commandLine, type Outcome, outcomeOf } from '../support/command-line.ts';
import { stubDocker } from '../support/docker-client.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine, removeImages } from '../support/machine.ts';
import { runAction, runPostStep, type Step, type StepOptions } from '../support/runner.ts';
import { runOnTerminal } from '../support/terminal.ts';

/** On this file's images, and so on the containers that are made of them. */
const label = `heroku-docker-release.test=start-${randomUUID()}`;
/** A runner that cancels a job waits so long before it kills. */
const runnerPatience = 7_500;
const ctrlC = '\x03';

afterEach(() => {
  for (const name of containers()) docker('rm', '--force', name);
});
afterAll(() => removeImages(label));

const web = 'web: exec perl server.pl $PORT';

/** An app that builds in a second, with a web server that answers with some of its environment. */
function app(procfile: string, environment = ''): string {
  return writeApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      `LABEL ${label}`,
      'USER root',
      'WORKDIR /app/web',
      'COPY . .',
      '',
    ].join('\n'),
    Procfile: `${procfile}\n`,
    'server.pl': perlServer(
      'join("|", map { $ENV{$_} // "" } qw(GREETING PATH HOME DOCKER_HOST PORT))',
    ),
    '.env': environment,
    '.dockerignore': 'Dockerfile\n.env\n',
  });
}

/** Names of the containers of this file's apps. */
function containers(): string[] {
  const names = docker('ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}');
  return names.split('\n').filter((name) => name !== '');
}

function start(
  workspace: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Partial<StepOptions> = {},
): Promise<Step> {
  return runAction({ command: 'start', ...inputs }, { workspace, ...options });
}

/** Cancels a step, once, as soon as the process that it has started has written a line. */
function cancelOnLine(
  line: string,
  signal: NodeJS.Signals,
  onCancel = () => {},
): NonNullable<StepOptions['onLog']> {
  let isAwaited = false;
  return (log, cancel) => {
    if (isAwaited || !log.includes('::group::Start')) return;
    isAwaited = true;
    const written = () => containers().map((name) => docker('logs', name));
    void vi
      .waitFor(() => expect(written()).toContain(line), { timeout: 30_000 })
      .then(() => {
        onCancel();
        cancel(signal);
      });
  };
}

async function page(url: string | undefined): Promise<string> {
  const answer = await fetch(String(url), { signal: AbortSignal.timeout(10_000) });
  return answer.text();
}

/** What a reader of the log sees: the runner swallows the lines that tell it what to mask. */
function withoutMasking(log: string): string {
  return log.replaceAll(/^::add-mask::.*$/gm, '');
}

/** Takes a port of the machine that runs Docker, and returns its number. */
function takePort(port = 0): number {
  const publish = `127.0.0.1:${port}:80`;
  const holder = docker(
    ...['run', '--detach', '--label', label, '--publish', publish],
    ...[machine.stackImage, 'sleep', 'infinity'],
  );
  return Number(docker('port', holder, '80').split(':').at(-1));
}

describe('in a job', () => {
  test('the app answers in the next steps, with its variables, and is gone when the job ends', async () => {
    const variables = {
      GREETING: 's3cr3t greeting',
      PATH: '/app/bin:/usr/bin:/bin',
      HOME: '/home/of-the-app',
      DOCKER_HOST: 'tcp://nowhere.invalid:1',
    };
    const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"`);
    const workspace = app(web, `${lines.join('\n')}\nPORT=1234\n`);
    const step = await start(workspace);
    expect(step.exitCode, step.log).toBe(0);
    expect(await page(step.outputs['url'])).toBe(`${Object.values(variables).join('|')}|3000`);

    const [container = ''] = containers();
    const id = docker('inspect', '--format', '{{.Id}}', container);
    expect(step.outputs).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
      'container-id': id,
      containers: JSON.stringify({ web: id }),
      dockerfile: 'Dockerfile',
      'image-id': docker('inspect', '--format', '{{.Image}}', container),
      'base-image-cached': 'false',
      'process-types': JSON.stringify({ web: 'exec perl server.pl $PORT' }),
    });
    expect(step.summary).toContain('App started');
    expect(step.log).toContain('::add-mask::s3cr3t greeting');
    expect(withoutMasking(step.log)).not.toContain('s3cr3t greeting');

    const post = await runPostStep(step, { workspace });
    expect(post.exitCode, post.log).toBe(0);
    expect(post.log).toMatch(/::group::Last lines of web\nlistening on 3000\n::endgroup::/);
    expect(containers()).toEqual([]);
  });

  test('several process types run at once, and each one’s last lines are told', async () => {
    const workspace = app(`${web}\nworker: seq 1 60; exec sleep infinity`);
    const step = await start(workspace, { run: 'worker\nweb\nweb' });
    expect(step.exitCode, step.log).toBe(0);
    expect(await page(step.outputs['url'])).toMatch(/\|3000$/);
    const started = JSON.parse(step.outputs['containers'] ?? '') as Record<string, string>;
    expect(Object.keys(started)).toEqual(['worker', 'web']);
    expect(step.outputs['container-id']).toBe(started['worker']);
    const post = await runPostStep(step, { workspace });
    expect(post.log).toMatch(/::group::Last lines of worker\n11\n12\n[\s\S]*\n60\n::endgroup::/);
    expect(post.log).toContain('::group::Last lines of web');
    expect(containers()).toEqual([]);
  });

  test('the web process moves where its usual port is taken, and two starts do not clash', async () => {
    const steps = await Promise.all([start(app(web)), start(app(web))]);
    for (const step of steps) expect(step.exitCode, step.log).toBe(0);
    const urls = steps.map((step) => step.outputs['url']);
    expect(new Set(urls).size).toBe(2);
    for (const url of urls) expect(await page(url)).toMatch(/\|3000$/);
    expect(steps.map((step) => step.log).join()).toContain('Port 3000 is taken: taking another');
    await Promise.all(steps.map((step) => runPostStep(step, { workspace: '.' })));
    expect(containers()).toEqual([]);
  });

  test('a port that is asked for is taken, or the step fails', async () => {
    const port = takePort();
    const holders = containers();
    const refused = await start(app(web), { port: String(port) });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain(`Port ${port} is taken`);
    expect(containers()).toEqual(holders);
    docker('rm', '--force', ...holders);

    const step = await start(app(web), { port: String(port) });
    expect(step.exitCode, step.log).toBe(0);
    expect(step.outputs['url']).toBe(`http://127.0.0.1:${port}/`);
    expect(await page(step.outputs['url'])).toMatch(new RegExp(`\\|${port}$`));
  });

  test('a process that heeds no signal is gone with the job all the same', async () => {
    const workspace = app("web: trap '' INT TERM; perl server.pl $PORT");
    const step = await start(workspace);
    expect(step.exitCode, step.log).toBe(0);
    const from = Date.now();
    expect((await runPostStep(step, { workspace })).exitCode).toBe(0);
    expect(Date.now() - from).toBeLessThan(runnerPatience);
    expect(containers()).toEqual([]);
  });
});

describe('a step fails, says why, and leaves no container', () => {
  test.each([
    {
      process: 'crashes',
      procfile: 'web: echo the reason; exit 3',
      said: /web crashed before it listened on \$PORT \(exit code 3\):%0Athe reason%0A.*runs in \/app\/web, with the variables of \.env/,
    },
    {
      process: 'listens nowhere',
      procfile: 'web: echo waiting; exec sleep infinity',
      said: /did not listen on \$PORT within 2 seconds:%0Awaiting%0AIt listens on no port/,
    },
    {
      process: 'listens on another port',
      procfile: 'web: exec perl server.pl 9999',
      said: /did not listen .*It listens on 9999 instead/,
    },
    {
      process: 'listens for itself only',
      procfile: 'web: export ADDRESS=127.0.0.1; exec perl server.pl $PORT',
      said: /did not listen .*It listens on localhost:3000 instead/,
    },
    {
      process: 'ends at once beside a web process',
      procfile: `${web}\nworker: echo no work`,
      said: /worker ended as soon as it was started \(exit code 0\):%0Ano work/,
    },
  ])('where a process $process', async ({ procfile, said }) => {
    const names = procfile.split('\n').map((line) => line.split(':')[0]);
    const step = await start(app(procfile), { 'boot-timeout': '2', run: names.join('\n') });
    expect(step.exitCode).toBe(1);
    expect(step.log).toMatch(said);
    expect(containers()).toEqual([]);
  });

  test('where the image has no shell', async () => {
    const files = { Dockerfile: `FROM scratch\nLABEL ${label}\nCOPY Procfile /app/\n` };
    const step = await start(writeApp({ ...files, Procfile: 'web: /app/server\n' }));
    expect(step.exitCode).toBe(1);
    expect(step.log).toContain('image has no shell (sh)');
    expect(containers()).toEqual([]);
  });

  test('where there is no such process type, before anything is built', async () => {
    const step = await start(app(`${web}\nworker: true`), { run: 'web\nclock' });
    expect(step.exitCode).toBe(1);
    expect(step.log).toMatch(/The app has no process type "clock"\.%0A.*: web, worker\./);
    expect(step.log).not.toContain('Base image');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('where it is cancelled (%s)', async (signal) => {
    let cancelledAt = 0;
    const onLog = cancelOnLine('up', signal, () => {
      cancelledAt = Date.now();
    });
    const workspace = app("web: trap '' INT TERM; echo up; while :; do sleep 1; done");
    const step = await start(workspace, {}, { onLog });
    expect(step.exitCode).toBe(1);
    expect(step.log).toContain(`The run was cancelled (${signal})`);
    expect(Date.now() - cancelledAt).toBeLessThan(runnerPatience);
    expect(containers()).toEqual([]);
  });
});

describe('the post step', () => {
  test('removes what a step that was killed has left', async () => {
    const workspace = app('web: echo the last words; exec sleep infinity');
    const onLog = cancelOnLine('the last words', 'SIGKILL');
    const step = await start(workspace, {}, { onLog });
    expect(step.exitCode).toBe(null);
    expect(containers()).toHaveLength(1);
    const post = await runPostStep(step, { workspace });
    expect(post.exitCode).toBe(0);
    expect(post.log).toContain('the last words');
    expect(containers()).toEqual([]);
  });

  test('has nothing to say where nothing was started', async () => {
    const step = await runAction({ command: 'init' }, { workspace: app(web) });
    for (const state of [step.state, {}]) {
      const post = await runPostStep({ state }, { workspace: '.' });
      expect(post).toMatchObject({ exitCode: 0, log: '' });
    }
  });

  test.each([
    {
      gone: 'the engine',
      environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
      said: /^::warning::Something of this run may be left on this machine .*docker\.sock/m,
    },
    {
      gone: 'Docker',
      environment: { PATH: '/nowhere' },
      said: /^There is no Docker any more, and so nothing to remove\.$/m,
    },
  ])('does not fail the job where $gone is gone, but says so', async ({ environment, said }) => {
    const post = await runPostStep(
      { state: { run: randomUUID() } },
      { workspace: '.', environment },
    );
    expect(post.exitCode).toBe(0);
    expect(post.log).toMatch(said);
  });
});

describe('on the command line', () => {
  const command = (folder: string, ...more: readonly string[]) => [
    ...[process.execPath, commandLine, 'start', '--working-directory', folder],
    ...more,
  ];

  function run(
    [program = '', ...args]: readonly string[],
    onLog: (log: string, interrupt: () => void) => void,
  ): Promise<Outcome> {
    const child = spawn(program, args);
    return outcomeOf(child, ({ log }) => onLog(log, () => child.kill('SIGINT')));
  }

  /** Calls `then` once, as soon as a log has the URL of the web process. */
  function onUrl<Act>(then: (url: string, act: Act) => void) {
    let isOver = false;
    return (log: string, act: Act) => {
      const url = /web listens: (\S+)\s/.exec(log)?.[1];
      if (url === undefined || isOver) return;
      isOver = true;
      then(url, act);
    };
  }

  test('all processes go on until SIGINT, and then none is left', async () => {
    const workspace = app(
      `${web}\nworker: trap 'echo bye; exit' TERM; while :; do sleep 0.1; done`,
    );
    let answer: Promise<string> | undefined;
    const { exitCode, log, results } = await run(
      command(workspace, 'web', 'worker'),
      onUrl((url, interrupt: () => void) => {
        answer = page(url).finally(interrupt);
      }),
    );
    expect(exitCode, log).toBe(0);
    expect(await answer).toMatch(/\|3000$/);
    expect(log).toMatch(/^ {2}web {4}\| listening on 3000$/m);
    expect(log).toMatch(/^ {2}worker \| bye$/m);
    expect(results).toBe('');
    expect(containers()).toEqual([]);
  });

  describe('a Docker client that hangs', () => {
    afterEach(() => void vi.unstubAllEnvs());

    /** Lets the client that shows what a process writes hang; the file gets its process id. */
    function hangingLogs(): string {
      const file = join(temporaryFolder(), 'pid');
      stubDocker(`if [ "$1 $2" = "logs --follow" ]; then echo $$ > ${file}; exec sleep 600; fi`);
      return file;
    }

    /** The system may keep one that nobody waited for, but without its command line (proc(5)). */
    function hasEnded(pidFile: string): boolean {
      try {
        return readFileSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/cmdline`, 'utf8') === '';
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'ENOENT';
      }
    }

    test('does not keep the command from its end', async () => {
      const pidFile = hangingLogs();
      const { exitCode, log } = await run(
        command(app(web)),
        onUrl((_url, interrupt: () => void) => interrupt()),
      );
      expect(exitCode, log).toBe(0);
      expect(existsSync(pidFile)).toBe(true);
      expect(hasEnded(pidFile)).toBe(true);
      expect(containers()).toEqual([]);
    });

    test('does not outlive a second Ctrl-C', async () => {
      const pidFile = hangingLogs();
      const first = onUrl((_url, interrupt: () => void) => interrupt());
      let isSecond = false;
      const { exitCode, log } = await run(
        command(app("web: trap '' TERM; perl server.pl $PORT")),
        (written, interrupt) => {
          first(written, interrupt);
          if (isSecond || !written.includes('Stopping within')) return;
          isSecond = true;
          interrupt();
        },
      );
      expect(exitCode, log).toBe(130);
      expect(existsSync(pidFile)).toBe(true);
      await expect.poll(() => hasEnded(pidFile)).toBe(true);
    });
  });

  test('a process that fails ends the others, and its exit code is passed on', async () => {
    const workspace = app(`${web}\nworker: sleep 1; echo the reason; exit 7`);
    const { exitCode, log } = await run(command(workspace, 'web', 'worker'), () => {});
    expect(exitCode).toBe(7);
    expect(log).toContain('Error: worker ended with exit code 7:\nthe reason\n');
    expect(containers()).toEqual([]);
  });

  test('--detach leaves the processes running, and tells where', async () => {
    const { exitCode, results } = await run(command(app(web), '--detach'), () => {});
    expect(exitCode).toBe(0);
    expect(await page(/^url=(.*)$/m.exec(results)?.[1])).toMatch(/\|3000$/);
    expect(containers()).toHaveLength(1);
  });

  test('a web process has the terminal, and Ctrl-C ends it whatever it makes of that', async () => {
    const workspace = app(
      "web: test -t 0 && echo on a terminal; trap '' INT; exec perl server.pl $PORT",
    );
    takeUsualPort();
    let answer: Promise<string> | undefined;
    const { exitCode, screen } = await runOnTerminal(
      command(workspace),
      onUrl((url, press: (keys: string) => void) => {
        answer = page(url).finally(() => press(ctrlC));
      }),
    );
    expect(exitCode, screen).toBe(0);
    expect(await answer).toMatch(/\|3000$/);
    expect(screen).toContain('on a terminal\r\n');
    expect(screen).toContain('Port 3000 is taken: taking another\r');
    expect(containers()).toHaveLength(1); // The one that has the usual port.
  });

  test('a web process that does not listen in time is ended, and the terminal given back', async () => {
    const program = command(app('web: sleep infinity'), '--boot-timeout', '1').join(' ');
    const { exitCode, screen } = await runOnTerminal(
      ['sh', '-c', `${program}; code=$?; stty -a; exit $code`],
      () => {},
    );
    expect(exitCode).toBe(1);
    expect(screen).toContain('web did not listen on $PORT within 1 seconds; it wrote nothing.\r');
    expect(screen).toMatch(/\bicanon\b/);
    expect(screen).not.toContain('-icanon');
    expect(containers()).toEqual([]);
  });

  test('what is typed reaches the process, and its exit code is passed on', async () => {
    const workspace = app('console: echo what; read answer; echo "got $answer"; exit 5');
    let isAsked = false;
    const { exitCode, screen } = await runOnTerminal(
      command(workspace, 'console'),
      (shown, press) => {
        if (isAsked || !/^what/m.test(shown)) return;
        isAsked = true;
        press('that\r');
      },
    );
    expect(exitCode, screen).toBe(5);
    expect(screen).toContain('got that\r\n');
    expect(containers()).toEqual([]);
  });

  /** The engine may have given it away already. */
  function takeUsualPort(): void {
    try {
      takePort(3000);
    } catch (error) {
      if (!/already allocated|already in use/.test(String(error))) throw error;
    }
  }
});
