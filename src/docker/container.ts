import { randomUUID } from 'node:crypto';
import { askDocker } from './command.ts';
import { labelArguments } from './labels.ts';

/** How a container is made; every field is an argument of `docker create`. */
export interface ContainerOptions {
  /** Image id or name. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
  /** Values travel in the client's environment, never on its command line. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `docker create --publish` values, such as `127.0.0.1:3000:3000`. */
  readonly publish?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Creates a container without starting it and returns its name. The name is chosen here, before
 * the engine is asked, so that a call that is cut off can still be cleaned up after.
 */
export async function createContainer(options: ContainerOptions, name = newContainerName()) {
  const environment = options.environment ?? {};
  await askDocker(
    [
      'create',
      ...['--platform', 'linux/amd64', '--pull', 'never', '--name', name],
      ...labelArguments(options.labels),
      ...(options.user === undefined ? [] : ['--user', options.user]),
      ...(options.workingDirectory === undefined ? [] : ['--workdir', options.workingDirectory]),
      ...(options.publish ?? []).flatMap((published) => ['--publish', published]),
      ...Object.keys(environment).flatMap((key) => ['--env', key]),
      options.image,
      ...(options.command ?? []),
    ],
    environment,
  );
  return name;
}

/** Runs `work` with a container that was created but not started, and removes it whatever happens. */
export async function withContainer<Result>(
  options: ContainerOptions,
  work: (name: string) => Promise<Result>,
): Promise<Result> {
  const name = newContainerName();
  try {
    await createContainer(options, name);
    return await work(name);
  } finally {
    await removeContainer(name);
  }
}

/** Stops and removes a container with its anonymous volumes; one that is not there is no error. */
export async function removeContainer(name: string): Promise<void> {
  await askDocker(['rm', '--force', '--volumes', name]);
}

function newContainerName(): string {
  return `heroku-docker-${randomUUID()}`;
}
