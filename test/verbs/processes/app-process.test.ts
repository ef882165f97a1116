import { afterEach, describe, expect, test } from 'vitest';
import { findImage, type Image } from '../../../src/docker/image.ts';
import { runLabel } from '../../../src/docker/labels.ts';
import { runId } from '../../../src/run.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { AppProcesses } from '../../../src/verbs/processes/app-process.ts';
import { createContext } from '../../support/context.ts';
import { docker, machine } from '../../support/machine.ts';

let processes: AppProcesses;

afterEach(() => processes.stop(0));

/** The processes of an app on an engine whose machine has this name. */
async function processesOn(host: string, settings: Partial<Settings> = {}) {
  processes = new AppProcesses({
    context: createContext(settings, AbortSignal.timeout(60_000)),
    engine: { host },
    image: (await findImage(machine.stackImage)) as Image,
    variables: { PORT: '1234', GREETING: 'hello' },
  });
  return processes;
}

const web = { name: 'web', command: 'echo "$PORT $GREETING"; exec sleep infinity' };
const worker = { ...web, name: 'worker' };

function inspect(container: string, format: string): string {
  return docker('inspect', '--format', format, container);
}

describe('a process', () => {
  test.each([
    { host: '127.0.0.1', address: '127.0.0.1', named: '127.0.0.1' },
    { host: 'localhost', address: '127.0.0.1', named: '127.0.0.1' },
    { host: '[::1]', address: '127.0.0.1', named: '127.0.0.1' },
    { host: 'docker.example', address: '', named: 'docker.example' },
  ])('that is web answers where the engine is: on $host', async ({ host, address, named }) => {
    const { container, url } = await (await processesOn(host)).launch(web);
    const port = inspect(
      container,
      '{{(index (index .NetworkSettings.Ports "3000/tcp") 0).HostPort}}',
    );
    expect(url).toBe(`http://${named}:${port}/`);
    const bound = '{{(index (index .HostConfig.PortBindings "3000/tcp") 0).HostIp}}';
    expect(inspect(container, bound)).toBe(address);
  });

  test('that is not web has no port, and PORT as in the .env', async () => {
    const { container, id, url } = await (await processesOn('127.0.0.1')).launch(worker);
    expect(url).toBeUndefined();
    expect(inspect(container, '{{.Id}} {{len .HostConfig.PortBindings}}')).toBe(`${id} 0`);
    await expect.poll(() => docker('logs', container)).toBe('1234 hello');
  });

  test('is in the image’s own folder as its own user, and is told of by its labels', async () => {
    const { container } = await (await processesOn('127.0.0.1')).launch(worker);
    const [user, folder] = docker('exec', container, 'sh', '-c', 'id -un; pwd').split('\n');
    const own = docker('image', 'inspect', '--format', '{{.Config.User}}', machine.stackImage);
    expect({ user, folder }).toEqual({ user: own || 'root', folder: '/' });
    const format = `{{index .Config.Labels "${runLabel}"}} {{index .Config.Labels "heroku-docker-release.process-type"}}`;
    expect(inspect(container, format)).toBe(`${runId} worker`);
  });

  test('finds its variables nowhere but in its environment', async () => {
    const { container } = await (await processesOn('127.0.0.1')).launch(worker);
    expect(inspect(container, '{{json .Args}}{{json .Config.Cmd}}')).not.toContain('hello');
  });
});
