import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { runContainer } from '../../src/docker/attach.ts';
import { shellCommand } from '../../src/docker/shell-command.ts';
import { DeployError } from '../../src/errors.ts';
import { docker, machine } from '../support/machine.ts';

interface Run {
  readonly exitCode: Promise<number>;
  readonly lines: string[];
  /** Names of the containers of this run. */
  containers(): string[];
}

/** Runs a script in a container of the run image, with its lines told. */
function run(
  script: string,
  options: { signal?: AbortSignal; onLine?: (line: string, run: Run) => void } = {},
): Run {
  const id = randomUUID();
  const lines: string[] = [];
  const filter = `label=heroku-docker-release.test=${id}`;
  const containers = () =>
    docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}').split('\n').filter(Boolean);
  const onLine = (line: string) => {
    lines.push(line);
    options.onLine?.(line, started);
  };
  const exitCode = runContainer(
    {
      image: machine.runImage,
      ...shellCommand({ shell: 'sh', script, environment: {}, joinOutput: false }),
      labels: { 'heroku-docker-release.test': id },
    },
    { kind: 'lines', onLine },
    options.signal ?? new AbortController().signal,
  );
  const started: Run = { exitCode, lines, containers };
  return started;
}

test('a container runs to its end, is heard on both streams, reads nothing, and is removed', async () => {
  const { exitCode, lines, containers } = run(
    'cat; echo one; echo two >&2; printf "last é"; exit 7',
  );
  expect(await exitCode).toBe(7);
  expect([...lines].sort()).toEqual(['last é', 'one', 'two']);
  expect(containers()).toEqual([]);
});

test('all of a lot of output is heard, however soon the container ends', async () => {
  const { exitCode, lines } = run('seq 200000');
  expect(await exitCode).toBe(0);
  expect(lines.length).toBe(200_000);
  expect(lines.at(-1)).toBe('200000');
});

describe('a run that is cancelled', () => {
  const reason = new DeployError('The run was cancelled.', 'Run it again.');

  test('makes no container', async () => {
    const { exitCode, containers } = run('true', { signal: AbortSignal.abort(reason) });
    await expect(exitCode).rejects.toBe(reason);
    expect(containers()).toEqual([]);
  });

  test('starts none that it was just making', async () => {
    const cancellation = new AbortController();
    const { exitCode, lines, containers } = run('echo started', { signal: cancellation.signal });
    cancellation.abort(reason);
    await expect(exitCode).rejects.toBe(reason);
    expect(lines).toEqual([]);
    expect(containers()).toEqual([]);
  });

  test('lets the processes end by themselves, hears their last words, and says why', async () => {
    const script =
      'trap "sleep 1; echo cleaned; exit" TERM; echo ready; while :; do sleep 0.1; done';
    const { exitCode, lines, containers, signal } = cancelWhenReady(script);
    await expect(exitCode).rejects.toBe(reason);
    expect(lines.at(-1)).toBe('cleaned');
    expect(containers()).toEqual([]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('does not wait for processes that ignore it', async () => {
    const { exitCode, containers } = cancelWhenReady(
      'trap "" TERM INT; echo ready; sleep 60; sleep 60',
    );
    const began = performance.now();
    await expect(exitCode).rejects.toBe(reason);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(containers()).toEqual([]);
  });

  function cancelWhenReady(script: string) {
    const cancellation = new AbortController();
    const { signal } = cancellation;
    const onLine = (line: string) => {
      if (line === 'ready') cancellation.abort(reason);
    };
    return { ...run(script, { signal, onLine }), signal };
  }
});

describe('what is not the command’s own doing is told apart from its exit code', () => {
  test('an image without a shell', async () => {
    const { signal } = new AbortController();
    const running = runContainer(
      { image: machine.runImage, command: ['no-such-shell', '-c', 'true'] },
      { kind: 'lines', onLine: () => {} },
      signal,
    );
    await expect(running).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^The container cannot be started: .*no-such-shell/s),
      exitCode: 1,
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('something else ends the Docker client', async () => {
    const { exitCode, containers } = run('echo ready; sleep 60', {
      onLine: (_line, { containers }) => {
        const client = `^docker start .*${containers()[0]}$`;
        process.kill(Number(execFileSync('pgrep', ['-f', client])), 'SIGKILL');
      },
    });
    await expect(exitCode).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^The command was lost before it ended/),
    });
    expect(containers()).toEqual([]);
  });
});
