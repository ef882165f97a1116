import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { copyExample, writeApp } from '../support/apps.ts';
import { commandLine, outcomeOf } from '../support/command-line.ts';
import { pathWithDocker } from '../support/docker-client.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine, removeImages } from '../support/machine.ts';
import { runAction } from '../support/runner.ts';
import { runOnTerminal } from '../support/terminal.ts';

/** On this file's images. */
const imageLabel = 'heroku-docker-release.test=exec';

afterAll(() => removeImages(imageLabel));

/** Who calls the command line: neither root nor the user of the images, 1000. */
const caller = process.getuid?.() || 1234;

/** Tests that run as root give root up; what of this machine is root's alone stays in reach. */
const asCaller =
  process.getuid?.() === 0
    ? [
        ...['setpriv', '--reuid', `${caller}`, '--regid', `${caller}`, '--clear-groups'],
        ...['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'],
      ]
    : [];

const appFiles = {
  Dockerfile: [
    `FROM ${machine.stackImage}`,
    'USER root',
    `LABEL ${imageLabel}`,
    'RUN install --directory --owner=1000 --group=1000 /app /app/src',
    'USER 1000:1000',
    'ENV HOME=/app',
    'WORKDIR /app/src',
    'ONBUILD COPY --chown=1000:1000 . ./',
    'ONBUILD RUN echo made by the build > built',
    '',
  ].join('\n'),
};

/** An app's folder, that is the caller's. */
function createApp(files: Readonly<Record<string, string>> = {}): string {
  return ownedByCaller(writeApp({ ...appFiles, ...files }));
}

function ownedByCaller(folder: string): string {
  execFileSync('chown', ['-R', `${caller}`, folder]);
  return folder;
}

interface Options {
  readonly flags?: readonly string[];
  readonly input?: string;
  readonly keepsInputOpen?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told the command's output each time there is more, with a way to signal all that runs. */
  readonly onOutput?: (output: string, signal: (name: NodeJS.Signals) => void) => void;
}

function callOf(folder: string, words: readonly string[], flags: readonly string[] = []) {
  return [
    ...[...asCaller, process.execPath, commandLine, 'exec', '--working-directory', folder],
    ...['--stack-image', machine.stackImage, ...flags, ...words],
  ];
}

/** Runs `heroku-docker exec` as the caller. */
async function exec(
  folder: string,
  words: readonly string[],
  { flags = [], input = '', keepsInputOpen = false, environment = {}, onOutput }: Options = {},
): Promise<{ exitCode: number | null; output: string; log: string }> {
  const [program = '', ...args] = callOf(folder, words, flags);
  // Its own group of processes: what a shell makes, and Ctrl-C goes to.
  const child = spawn(program, args, { env: { ...process.env, ...environment }, detached: true });
  const ending = outcomeOf(child, ({ results }) =>
    onOutput?.(results, (name) => process.kill(-Number(child.pid), name)),
  );
  child.stdin.write(input);
  if (!keepsInputOpen) child.stdin.end();
  const { exitCode, results, log } = await ending;
  return { exitCode, output: results, log };
}

function containersOn(folder: string): string {
  return docker('ps', '--all', '--quiet', '--filter', `volume=${folder}`);
}

describe('in the base image', () => {
  test('npm install changes the checkout, and all that is new is the caller’s', async () => {
    const folder = ownedByCaller(copyExample('node'));
    const flags = machine.mirror('node').flatMap((one) => ['--build-args', one]);
    const { exitCode, log } = await exec(folder, ['npm', 'install'], { flags });
    expect(exitCode, log).toBe(0);
    expect(existsSync(join(folder, 'node_modules/express/package.json'))).toBe(true);
    expect(existsSync(join(folder, 'Dockerfile'))).toBe(true);
    const owners = execFileSync('find', [folder, '-printf', '%U\n'], { encoding: 'utf8' });
    expect([...new Set(owners.trimEnd().split('\n'))]).toEqual([`${caller}`]);
  });

  test('a command is the caller, in the app’s folder, with a HOME that it can write to', async () => {
    const folder = createApp({ 'src/page': 'from the checkout' });
    const script = 'id -u; pwd; cat src/page; echo; touch "$HOME/settings" && echo wrote';
    const { output, log } = await exec(folder, [script]);
    expect(output, log).toBe(`${caller}\n/app/src\nfrom the checkout\nwrote\n`);
    expect(existsSync(join(folder, 'built'))).toBe(false);
    expect(containersOn(folder)).toBe('');
  });

  test('a command is root where that is the caller: in an engine without root', async () => {
    const environment = {
      PATH: pathWithDocker(
        `[ "$1" != info ] || { echo '["name=seccomp","name=rootless"]'; exit; }`,
      ),
    };
    expect((await exec(createApp(), ['id', '-u'], { environment })).output).toBe('0\n');
  });

  test('two commands at once do not trip over each other', async () => {
    const folder = createApp();
    const wait = (own: string, other: string) =>
      `touch ${own}; for i in $(seq 300); do [ -e ${other} ] && exit 0; sleep 0.1; done; exit 1`;
    const both = await Promise.all([
      exec(folder, [wait('one', 'other')]),
      exec(folder, [wait('other', 'one')]),
    ]);
    for (const { exitCode, log } of both) expect(exitCode, log).toBe(0);
    expect(containersOn(folder)).toBe('');
  });

  test.each([
    ['an image without a working directory', '', 'working directory is /'],
    ['an image whose working directory is /', 'WORKDIR /', 'working directory is /'],
  ])('%s is not mounted over', async (_, line, problem) => {
    const Dockerfile = `FROM ${machine.stackImage}\nLABEL ${imageLabel}\n${line}\n`;
    const { exitCode, log } = await exec(createApp({ Dockerfile }), ['true']);
    expect(exitCode).toBe(1);
    expect(log).toContain(problem);
    expect(log).toContain('WORKDIR /app/src');
  });

  test('a job in a container beside the engine is told that the engine has other files', async () => {
    const folder = temporaryFolder();
    const app = createApp();
    const script = 'cp -r "$1" "$2/app" && cd "$2/app" && shift 2 && exec "$@"';
    const names = ['PATH', 'HOME', 'TMPDIR', 'DOCKER_HOST', 'DOCKER_CONFIG'];
    // This machine's files, but for that folder: the container has an empty one of its own there.
    const beside = [
      ...['run', '--rm', '--user', '0:0', '--volume', '/:/machine', '--tmpfs', `/machine${folder}`],
      ...names.filter((name) => process.env[name]).flatMap((name) => ['--env', name]),
      ...[machine.stackImage, 'chroot', '/machine', 'sh', '-c', `(${script}) 2>&1`, 'sh', app],
      ...[
        folder,
        process.execPath,
        commandLine,
        'exec',
        '--stack-image',
        machine.stackImage,
        'true',
      ],
    ];
    const { status, output } = await dockerRun(beside);
    expect(status, output).toBe(1);
    expect(output).toContain(`the Docker engine does not have ${folder}/app.`);
    expect(output).toContain('image: app');
  });
});

async function dockerRun(args: readonly string[]) {
  const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output };
}

test('in the app’s image a command has the app as it was built, as its own user, and no checkout', async () => {
  const folder = createApp();
  const before = readdirSync(folder);
  const script = 'cat built; id -u; pwd; echo "$HOME"; touch new && rm Dockerfile';
  const { exitCode, output, log } = await exec(folder, [script], { flags: ['--image', 'app'] });
  expect(exitCode, log).toBe(0);
  expect(output).toBe('made by the build\n1000\n/app/src\n/app\n');
  expect(readdirSync(folder)).toEqual(before);
});

describe('the exit code is the command’s', () => {
  test.each([
    ['true', 0],
    ['echo why >&2; exit 3', 3],
    ['no-such-program', 127],
    ['/etc/passwd', 126],
    ['kill -s KILL $$', 137],
  ])('%s: %i', async (command, code) => {
    const { exitCode, output, log } = await exec(createApp(), [command]);
    expect(exitCode, log).toBe(code);
    expect(output).toBe('');
    if (code !== 0) expect(log).toContain(`The command ended with exit code ${code}.`);
  });

  test('on a runner too', async () => {
    const inputs = { command: 'exec', run: 'exit 3', 'stack-image': machine.stackImage };
    const step = await runAction(inputs, { workspace: createApp() });
    expect(step.exitCode).toBe(3);
    expect(step.log).toContain('::The command ended with exit code 3.');
  });
});

describe('on the command line', () => {
  test('standard output is the command’s alone, and its errors are on standard error', async () => {
    const { output, log } = await exec(createApp(), [
      'sh',
      '-c',
      'echo "$1"; echo no >&2',
      '',
      '$a',
    ]);
    expect(output).toBe('$a\n');
    expect(log).toMatch(/Base image[\s\S]*^no$/m);
  });

  test('standard input is passed on, and its end', async () => {
    const input = 'é\0x'.repeat(1_000_000);
    const { output, log } = await exec(createApp(), ['md5sum; wc -c'], { input });
    const md5 = execFileSync('md5sum', { input, encoding: 'utf8' });
    expect(output, log).toBe(`${md5}0\n`);
  });

  test('it can stand between pipes', () => {
    const words = callOf(createApp(), ['sort -n | tail -n 1; seq 100000']);
    const line = 'seq 50000 | "$@" 2>/dev/null | md5sum';
    const output = execFileSync('sh', ['-c', line, 'sh', ...words], { encoding: 'utf8' });
    const wanted = execFileSync('sh', ['-c', '{ echo 50000; seq 100000; } | md5sum']);
    expect(output).toBe(wanted.toString());
  });

  test('an input that nobody reads is not waited for', async () => {
    const { exitCode, output } = await exec(createApp(), ['echo done'], { keepsInputOpen: true });
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'done\n' });
  });

  test('a terminal is passed on', async () => {
    const script = 'tty; echo steady; read -r line; echo "got $line"; exit 5';
    let pressed = false;
    const session = await runOnTerminal(callOf(createApp(), [script]), (screen, press) => {
      if (pressed || !screen.includes('steady')) return;
      pressed = true;
      press('hello\r');
    });
    expect(session.screen).toMatch(/^\/dev\/(pts\/\d+|console)\r$/m);
    expect(session.screen).toContain('got hello');
    expect(session.exitCode).toBe(5);
  });

  test('Ctrl-C on a terminal is the command’s', async () => {
    const script = 'trap "echo caught; exit 9" INT; echo steady; while :; do sleep 0.1; done';
    let pressed = false;
    const session = await runOnTerminal(callOf(createApp(), [script]), (screen, press) => {
      if (pressed || !screen.includes('steady')) return;
      pressed = true;
      press('\x03');
    });
    expect(session.screen).toContain('caught');
    expect(session.exitCode).toBe(9);
  });

  test('a terminal whose output goes elsewhere is no terminal, and is not read from', async () => {
    const words = callOf(createApp(), ['tty; cat; echo done']);
    const session = await runOnTerminal(['sh', '-c', '"$@" | cat', 'sh', ...words], () => {});
    expect(session.screen).toMatch(/^not a tty\r\ndone\r$/m);
  });

  test('a command that ignores Ctrl-C is ended, after what it has to say', async () => {
    const folder = createApp();
    const script = 'trap "echo asked" TERM INT; echo steady; while :; do sleep 0.2; done';
    let cancelled = false;
    const { exitCode, output, log } = await exec(folder, [script], {
      onOutput: (output, signal) => {
        if (cancelled || !output.includes('steady')) return;
        cancelled = true;
        signal('SIGINT');
      },
    });
    expect(exitCode, log).toBe(1);
    expect(log).toContain('The run was cancelled (SIGINT)');
    expect(output).toContain('asked');
    expect(containersOn(folder)).toBe('');
  });
});

describe('on a runner', () => {
  test('the log has the lines of both outputs, none of which commands the runner', async () => {
    const run = 'cat\necho one\necho two >&2\necho "::error::three"\nprintf "last"';
    const inputs = { command: 'exec', run, 'stack-image': machine.stackImage };
    const step = await runAction(inputs, { workspace: createApp() });
    expect(step.exitCode, step.log).toBe(0);
    const lines = step.log.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['one', 'two', ': :error::three', 'last']));
    expect(step.outputs).toEqual({});
  });

  test('a command that ignores a cancellation is gone before the runner loses patience', async () => {
    const folder = createApp();
    const run = 'trap "" TERM INT; echo steady; sleep 100; sleep 100';
    const inputs = { command: 'exec', run, 'stack-image': machine.stackImage };
    let cancelledAt = 0;
    const step = await runAction(inputs, {
      workspace: folder,
      onLog: (log, cancel) => {
        if (cancelledAt > 0 || !log.includes('steady')) return;
        cancelledAt = Date.now();
        cancel('SIGINT');
      },
    });
    expect(Date.now() - cancelledAt).toBeLessThan(7_500);
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toContain('The run was cancelled (SIGINT)');
    expect(containersOn(folder)).toBe('');
  });
});

describe('the variables of .env', () => {
  const variables = {
    SECRET: 's3cr3t-value',
    PATH: '/usr/bin:/bin:/of-the-app',
    HOME: '/home/of-the-app',
    DOCKER_HOST: 'tcp://192.0.2.1:2375',
    DOCKER_CONFIG: '/nowhere',
    UID: '77',
    LD_LIBRARY_PATH: '/lib-of-the-app',
  };
  const text = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);

  test.each(['base', 'app'])(
    'reach the command in the %s image, whatever their names, and no command line',
    async (image) => {
      const folder = createApp({ '.env': text.join(''), '.dockerignore': '.env\n' });
      const record = join(temporaryFolder(), 'arguments');
      writeFileSync(record, '');
      chmodSync(record, 0o666);
      const environment = { PATH: pathWithDocker(`printf '%s\\n' "$@" >> '${record}'`) };
      const flags = ['--image', image];
      const { exitCode, output, log } = await exec(folder, ['env'], { flags, environment });
      expect(exitCode, log).toBe(0);
      const wanted = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
      expect(output.split('\n')).toEqual(expect.arrayContaining(wanted));
      const given = readFileSync(record, 'utf8');
      expect(given).toContain('create');
      for (const name of ['SECRET', 'PATH', 'HOME', 'DOCKER_HOST', 'LD_LIBRARY_PATH'] as const) {
        expect(given).not.toContain(variables[name]);
      }
    },
  );

  test('are masked on a runner before the command can show them', async () => {
    const folder = createApp({ 'settings.env': text.join('') });
    const step = await runAction(
      {
        ...{ command: 'exec', run: 'echo "the secret: $SECRET"', 'env-file': 'settings.env' },
        'stack-image': machine.stackImage,
      },
      { workspace: folder },
    );
    expect(step.exitCode, step.log).toBe(0);
    const mask = step.log.indexOf(`::add-mask::${variables.SECRET}\n`);
    expect(mask).toBeGreaterThanOrEqual(0);
    expect(mask).toBeLessThan(step.log.indexOf('the secret: ***'));
    expect(step.log.lastIndexOf(variables.SECRET)).toBe(mask + '::add-mask::'.length);
  });
});

test('a run without a command says so before anything else', async () => {
  const environment = { DOCKER_HOST: 'unix:///nowhere' };
  const folder = ownedByCaller(writeApp({ Procfile: 'web: true' }));
  const { exitCode, log } = await exec(folder, [], { environment });
  expect(exitCode).toBe(1);
  expect(log).toContain('There is no command to run.');
  expect(readdirSync(folder)).toEqual(['Procfile']);
});
