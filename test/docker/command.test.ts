import { getEventListeners } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DockerMissingError } from '../../src/docker/client.ts';
import { askDocker, runDocker } from '../../src/docker/command.ts';
import { EngineLostError } from '../../src/docker/engine-lost.ts';
import { DeployError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folder.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Puts a shell script named `docker` first on PATH, and returns the folder that it is in. */
function installDocker(script: string): string {
  const folder = temporaryFolder({ docker: `#!/bin/sh\n${script}\n` });
  chmodSync(join(folder, 'docker'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
  return folder;
}

/** Runs it and keeps its lines. */
async function run(args: string[], options: Partial<Parameters<typeof runDocker>[1]> = {}) {
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  await runDocker(args, { signal: new AbortController().signal, onLine, ...options });
  return lines;
}

describe('a question to the Docker client', () => {
  test('is answered by what it writes, without the last line break', async () => {
    installDocker('printf "%s|" "$@"; echo; echo é; echo warning >&2');
    expect(await askDocker(['image', 'inspect', 'a b"c\'$d'])).toBe('image|inspect|a b"c\'$d|\né');
  });

  test('is not echoed to the log, nor is the answer', async () => {
    installDocker('echo answer; echo warning >&2');
    const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await askDocker(['version']);
    expect([...log.mock.calls, ...errors.mock.calls]).toEqual([]);
    vi.restoreAllMocks();
  });

  test('gets values in its environment, next to the run’s own', async () => {
    vi.stubEnv('OWN', 'own');
    installDocker('echo "$TOKEN $OWN $*"');
    expect(await askDocker(['create', '--env', 'TOKEN'], { TOKEN: 's3cr3t' })).toBe(
      's3cr3t own create --env TOKEN',
    );
  });

  test('that it cannot answer fails in its own words, with nothing of the arguments', async () => {
    installDocker('echo "Error: No such image: x" >&2; echo >&2; exit 3');
    const asking = askDocker(['image', 'inspect', 's3cr3t']);
    await expect(asking).rejects.toThrow(DeployError);
    await expect(asking).rejects.toMatchObject({
      message: 'docker image failed (exit code 3):\nError: No such image: x',
      remedy: expect.stringContaining('Docker client’s own'),
    });
  });
});

describe('a Docker command', () => {
  test('is heard line by line, whichever stream it writes to', async () => {
    installDocker('echo one; echo two >&2; printf "three\\r\\nfour é"');
    const lines = await run(['buildx', 'build']);
    expect([...lines].sort()).toEqual(['four é', 'one', 'three', 'two']);
    expect(lines.indexOf('one')).toBeLessThan(lines.indexOf('three'));
  });

  test('is heard in whole characters, however its output is cut', async () => {
    installDocker("printf '\\303'; sleep 0.1; printf '\\251\\n'");
    expect(await run(['pull'])).toEqual(['é']);
  });

  test('gets its arguments as they are, its input, and its secrets by the environment', async () => {
    installDocker('printf "<%s>" "$@"; echo; cat; echo; echo "$SECRET"');
    const options = { input: 'FROM é\n', environment: { SECRET: 's3cr3t' } };
    expect(await run(['build', 'a b', '', '$x'], options)).toEqual([
      '<build><a b><><$x>',
      'FROM é',
      '',
      's3cr3t',
    ]);
  });

  test('finds its input at an end where there is none', async () => {
    installDocker('cat; echo done');
    expect(await run(['build'])).toEqual(['done']);
  });

  test('that does not read its input is no failure', async () => {
    installDocker('exec 0<&-; echo done');
    expect(await run(['build'], { input: 'x'.repeat(1_000_000) })).toEqual(['done']);
  });

  test('that fails ends with its last lines, with nothing of the arguments', async () => {
    installDocker('for n in $(seq 40); do echo "line $n"; done; exit 17');
    const running = run(['buildx', 's3cr3t']);
    await expect(running).rejects.toThrow(DeployError);
    await expect(running).rejects.toThrow(
      /^docker buildx failed \(exit code 17\):\nline 21\n(line \d+\n){18}line 40$/,
    );
  });

  test.each([
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'error during connect: Delete "http://%2Fvar%2Frun%2Fdocker.sock/v1.51/containers/x": EOF',
    'ERROR: failed to build: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
    'ERROR: failed to build: failed to solve: Unavailable: error reading from server: EOF',
  ])('whose engine goes away says that: %s', async (said) => {
    installDocker(`echo begun; echo '${said}' >&2; exit 1`);
    await expect(run(['buildx'])).rejects.toThrow(EngineLostError);
    await expect(askDocker(['rm'])).rejects.toThrow(EngineLostError);
  });

  test('is not said to have lost its engine where an app says so in a build', async () => {
    installDocker(
      'echo "Cannot connect to the Docker daemon"; echo "ERROR: failed to solve"; exit 1',
    );
    await expect(run(['buildx'])).rejects.not.toThrow(EngineLostError);
  });

  test('that something else ended is told apart', async () => {
    installDocker('kill -KILL $$');
    await expect(run(['pull'])).rejects.toThrow('docker pull failed (killed)');
  });

  test('leaves no listener on the run’s signal, however it ends', async () => {
    const { signal } = new AbortController();
    installDocker('exit $1');
    await run(['0'], { signal });
    await expect(run(['1'], { signal })).rejects.toThrow();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a run that is cancelled', () => {
  const reason = new DeployError('The run was cancelled.', 'Run it again.');

  test('starts no Docker command', async () => {
    const folder = installDocker('touch "$(dirname "$0")/started"');
    await expect(run(['pull'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(() => readFileSync(join(folder, 'started'))).toThrow();
  });

  test('tells the command to end, lets it clean up, and says why', async () => {
    installDocker('trap "echo cleaned; exit 0" TERM; echo ready; while :; do sleep 0.05; done');
    const { running, lines } = cancelWhenReady();
    await expect(running).rejects.toBe(reason);
    expect(lines).toEqual(['ready', 'cleaned']);
  });

  test('does not wait for ever for a command that does not end, nor for what it started', async () => {
    const folder = installDocker(
      'trap "" TERM; sleep 60 & echo $! > "$(dirname "$0")/pid"; echo ready; while :; do sleep 1; done',
    );
    const started = performance.now();
    await expect(cancelWhenReady(200).running).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(5_000);
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL');
  });

  function cancelWhenReady(endWithin = 10_000) {
    const cancellation = new AbortController();
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (line === 'ready') cancellation.abort(reason);
    };
    const running = runDocker(['build'], { signal: cancellation.signal, onLine, endWithin });
    return { running, lines };
  }
});

describe('a machine without Docker', () => {
  test.each([
    ['a question', () => askDocker(['version'])],
    ['a command', () => run(['pull'])],
    ['a command with input', () => run(['build'], { input: 'x'.repeat(1_000_000) })],
  ])('is told what is missing: %s', async (_, ask) => {
    vi.stubEnv('PATH', temporaryFolder());
    const asking = ask();
    await expect(asking).rejects.toThrow(DockerMissingError);
    await expect(asking).rejects.toMatchObject({
      message: 'Docker is not installed: there is no "docker" on PATH.',
      remedy: expect.stringContaining('Install Docker Engine'),
    });
  });

  test.each([
    ['a question', () => askDocker(['version'])],
    ['a command', () => run(['pull'])],
  ])('is not taken for one whose Docker client is broken: %s', async (_, ask) => {
    const folder = temporaryFolder({ interpreter: 'not executable' });
    const script = `#!${join(folder, 'interpreter')}\n`;
    writeFileSync(join(folder, 'docker'), script, { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    await expect(ask()).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^The Docker client cannot be started: .*EACCES/s),
    });
  });
});
