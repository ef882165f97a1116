import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { stopContainers } from '../../src/docker/container-process.ts';
import { stubDocker } from '../support/docker-client.ts';
import { docker, machine } from '../support/machine.ts';

const label = `heroku-docker-release.test=${randomUUID()}`;

function containers(): string[] {
  const names = docker('ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}');
  return names.split('\n').filter((name) => name !== '');
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of containers()) docker('rm', '--force', name);
});

/** Starts a process that SIGTERM does not end, and returns the name of its container. */
function startStubborn(): string {
  const name = `heroku-docker-test-${randomUUID()}`;
  const script = 'trap "" TERM; while :; do sleep 0.1; done';
  docker(
    ...['run', '--detach', '--label', label, '--name', name],
    ...[machine.runImage, 'sh', '-c', script],
  );
  return name;
}

describe('containers that are stopped', () => {
  test('are all gone, and one that was not there is no error', async () => {
    await stopContainers([startStubborn(), 'heroku-docker-nowhere', startStubborn()], 0);
    expect(containers()).toEqual([]);
  });

  test('are all gone before it is told that the engine could not stop one', async () => {
    const [failing, stubborn] = [startStubborn(), startStubborn()];
    stubDocker(
      `if [ "$1 $4" = "stop ${failing}" ]; then echo "did not receive an exit event" >&2; exit 1; fi`,
    );
    await expect(stopContainers([failing, stubborn], 2)).rejects.toThrow(
      'did not receive an exit event',
    );
    expect(containers()).toEqual([]);
  });
});
