import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultLevel } from '../src/slug/create-slug.ts';

const run = promisify(execFile);

/** A way to get from an image to a slug. */
export interface Method {
  readonly name: string;
  /** Makes the slug at `path`, and leaves no container. Answers its process's peak memory, in bytes, if it is ours. */
  readonly make: (image: string, path: string) => Promise<number | undefined>;
}

/** The original plugin's own: all in the container. */
export const original: Method = {
  name: 'docker run tar cfz, wait, cp, rm (the original)',
  make: async (image, path) => {
    const pack = ['tar', 'cfz', '/tmp/slug.tgz', '-C', '/'];
    const excluded = ['--exclude=.git', '--exclude=.heroku'];
    const container = await docker('run', '--detach', image, ...pack, ...excluded, './app');
    await docker('wait', container);
    await docker('cp', `${container}:/tmp/slug.tgz`, path);
    await docker('rm', container);
    return undefined;
  },
};

/** What the Docker client and a parallel gzip do together. Its slug has the wrong names. */
export const pigz: Method = {
  name: 'docker cp | pigz',
  make: (image, path) =>
    withCreated(image, (container) => shell(`docker cp ${container}:/app - | pigz > ${path}`)),
};

/** No slug at all: only what the Docker client needs to hand over the files. */
export const copyOnly: Method = {
  name: 'docker cp > /dev/null (the limit)',
  make: (image) =>
    withCreated(image, (container) => shell(`docker cp ${container}:/app - > /dev/null`)),
};

/** This program's. */
export function ours(level?: number): Method {
  return {
    name: `heroku-docker-release, level ${level ?? `${defaultLevel} (default)`}`,
    make: async (image, path) => {
      const script = join(import.meta.dirname, 'make-slug.ts');
      const args = level === undefined ? [] : [String(level)];
      const { stdout } = await run(process.execPath, [script, image, path, ...args]);
      return Number(stdout);
    },
  };
}

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args);
  return stdout.trim();
}

async function shell(command: string): Promise<undefined> {
  await run('bash', ['-o', 'pipefail', '-c', command]);
  return undefined;
}

async function withCreated(image: string, work: (container: string) => Promise<undefined>) {
  const container = await docker('create', image, 'true');
  return await work(container).finally(() => docker('rm', container));
}
