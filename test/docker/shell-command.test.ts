import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ShellOptions, shellCommand } from '../../src/docker/shell-command.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Programs that images have as `sh`, as far as this machine has them, and bash under its own name. */
const shells = [
  ...['dash', 'bash', 'busybox'].map((program) => ({ shell: 'sh', program }) as const),
  { shell: 'bash', program: 'bash' } as const,
].flatMap((one) => {
  const path = pathOf(one.program);
  return path === undefined ? [] : [{ ...one, path }];
});

function pathOf(program: string): string | undefined {
  const { stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], {
    encoding: 'utf8',
  });
  return stdout.trim() || undefined;
}

test('there is a shell here that is not bash', () => {
  expect(shells.map(({ program }) => program)).toContain('dash');
});

describe.each(shells)('$program as $shell', ({ shell, path }) => {
  /** The program that a container is, with the image's environment and that of its creation. */
  function program(options: Partial<ShellOptions>) {
    const { command, environment } = shellCommand({
      shell,
      script: 'true',
      environment: {},
      joinOutput: false,
      ...options,
    });
    const folder = temporaryFolder();
    symlinkSync(path, join(folder, shell));
    const [name, ...args] = command;
    const imagePath = [folder, '/usr/bin', '/bin'].join(delimiter);
    return { name, args, env: { PATH: imagePath, ...environment } };
  }

  /** Standard input is a file: bash takes the socket that Node.js makes for a remote login. */
  function run(options: Partial<ShellOptions>, input = '/dev/null') {
    const { name, args, env } = program(options);
    const stdin = openSync(input, 'r');
    const { status, stdout, stderr } = spawnSync(name, args, {
      env,
      encoding: 'utf8',
      stdio: [stdin, 'pipe', 'pipe'],
    });
    closeSync(stdin);
    return { status, stdout, stderr };
  }

  test('runs a script of several lines, quotes and all', () => {
    const script = `greeting='hello "$USER"'\nfor word in $greeting; do\n  echo "$word"\ndone`;
    expect(run({ script }).stdout).toBe('hello\n"$USER"\n');
  });

  test.each(['', 'A'])('ends with the script’s exit code (variables: "%s")', (name) => {
    const environment: Record<string, string> = name === '' ? {} : { [name]: 'value' };
    const exitCode = (script: string) => run({ script, environment }).status;
    expect(exitCode('true')).toBe(0);
    expect(exitCode('false; exit 3')).toBe(3);
    expect(exitCode('no-such-program')).toBe(127);
    expect(exitCode('/etc/passwd')).toBe(126);
    expect(exitCode('kill -s KILL $$')).toBe(128 + 9);
    expect(exitCode('if')).toBeGreaterThan(0);
    expect(exitCode('# nothing')).toBe(0);
  });

  test('keeps the two outputs apart, or joins them in their order', () => {
    const script = 'echo one; echo two >&2; echo three';
    expect(run({ script })).toMatchObject({ stdout: 'one\nthree\n', stderr: 'two\n' });
    const joined = run({ script, joinOutput: true });
    expect(joined).toMatchObject({ stdout: 'one\ntwo\nthree\n', stderr: '' });
  });

  test('gives the script its standard input', () => {
    const input = join(temporaryFolder({ input: 'typed' }), 'input');
    expect(run({ script: 'cat', environment: { A: '1' } }, input).stdout).toBe('typed');
  });

  test('gives programs the variables exactly as they are, and nothing of how they came', () => {
    const environment = {
      PLAIN: 'value',
      EMPTY: '',
      LINES: 'first\nsecond\n',
      QUOTES: `'"\`$(id)$PATH\\n*~`,
      TILDE: '~',
      SPACES: '  a  b  ',
      UNICODE: 'é – 日本',
      IFS: ':',
      HOME: '/home/of the app',
      DOCKER_HOST: 'tcp://192.0.2.1:2375',
      lower_1: 'x',
      'with-hyphen': 'kept',
      UID: '4321',
      PPID: '1',
    };
    const script = '/usr/bin/env -0; echo "$PLAIN|$EMPTY|$HOME|$TILDE"';
    const { status, stdout, stderr } = run({ script, environment });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.split('\0');
    expect(lines.pop()).toBe('value||/home/of the app|~\n');
    // The shell has its own of the first two, and may drop the third.
    const { UID, PPID, 'with-hyphen': hyphenated, ...exported } = environment;
    const wanted = Object.entries(exported).map(([name, value]) => `${name}=${value}`);
    expect(lines).toEqual(expect.arrayContaining(wanted));
    expect(lines.filter((line) => line.includes('HEROKU_DOCKER'))).toEqual([]);
  });

  test('looks programs up on a PATH that is the script’s alone', () => {
    const environment = { PATH: '/nowhere' };
    expect(run({ script: 'echo "$PATH"', environment }).stdout).toBe('/nowhere\n');
    expect(run({ script: 'ls', environment }).status).toBe(127);
  });

  test('has no value on the command line, nor a name that the Docker client heeds in its environment', () => {
    const environment = { DOCKER_HOST: 'tcp://s3cr3t', PATH: '/s3cr3t', HOME: 's3cr3t' };
    const { command, environment: given } = shellCommand({
      shell,
      script: 'true',
      environment,
      joinOutput: true,
    });
    expect(command.join(' ')).not.toContain('s3cr3t');
    expect(Object.keys(given).filter((name) => name in environment)).toEqual([]);
  });

  test('lets a signal end a program that the script became', async () => {
    const child = start('echo $$; exec sleep 60');
    const [pid] = await once(child.stdout, 'data');
    expect(Number(pid)).not.toBe(child.pid);
    process.kill(Number(pid), 'SIGTERM');
    expect(await once(child, 'exit')).toEqual([128 + 15, null]);
  });

  test.each([
    ['trap "exit 9" INT; echo ready; while :; do sleep 0.05; done', 9],
    ['echo ready; while :; do sleep 0.05; done', 128 + 2],
  ])('leaves Ctrl-C, which goes to both shells, to the script: %s', async (script, exitCode) => {
    const child = start(script);
    await once(child.stdout, 'data');
    process.kill(-Number(child.pid), 'SIGINT');
    expect(await once(child, 'exit')).toEqual([exitCode, null]);
  });

  /** Starts it in a group of processes of its own, as a terminal has them. */
  function start(script: string) {
    const { name, args, env } = program({ script, environment: { A: '1' } });
    return spawn(name, args, { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  }
});
