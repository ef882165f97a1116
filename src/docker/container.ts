import { randomUUID } from 'node:crypto';
import { messageOf } from '../errors.ts';
import { runId } from '../run.ts';
import { askDocker } from './command.ts';
import { dynoPlatform } from './image.ts';
import { labelArguments, runLabel } from './labels.ts';

/** How a container is made; every field is an argument of `docker create`. */
export interface ContainerOptions {
  /** Image id or name. */
  readonly image: string;
  /** Program and arguments, in place of the image's ENTRYPOINT and CMD. */
  readonly command: readonly [string, ...string[]];
  readonly user?: string;
  readonly workingDirectory?: string;
  /** Values travel in the client's environment, never on its command line. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `--publish` values, such as `127.0.0.1:3000:3000`. */
  readonly publish?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Folders of the engine's machine: absolute path there to absolute path in the container. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Bytes of memory; as much again is to be had as swap, on a machine that has any. */
  readonly memoryBytes?: number;
  /** Whether its standard input is kept open for a client to attach to. */
  readonly interactive?: boolean;
  /** Whether it gets a terminal of its own. */
  readonly terminal?: boolean;
}

/**
 * Creates a container without starting it and returns its name. The name is chosen here, before
 * the engine is asked, so that a call that is cut off can still be cleaned up after.
 */
export async function createContainer(options: ContainerOptions, name = newContainerName()) {
  const environment = options.environment ?? {};
  const [program, ...args] = options.command;
  await askDocker(
    [
      'create',
      ...['--platform', dynoPlatform, '--pull', 'never', '--name', name],
      ...labelArguments({ [runLabel]: runId, ...options.labels }),
      ...optionArguments(options),
      ...Object.keys(environment).flatMap((key) => ['--env', key]),
      ...['--entrypoint', program, options.image, ...args],
    ],
    environment,
  );
  return name;
}

function optionArguments(options: ContainerOptions): string[] {
  const { user, workingDirectory, memoryBytes, publish = [], mounts = {} } = options;
  return [
    ...(user === undefined ? [] : ['--user', user]),
    ...(workingDirectory === undefined ? [] : ['--workdir', workingDirectory]),
    ...(memoryBytes === undefined ? [] : ['--memory', String(memoryBytes)]),
    ...(options.interactive ? ['--interactive'] : []),
    ...(options.terminal ? ['--tty'] : []),
    ...publish.flatMap((published) => ['--publish', published]),
    ...Object.entries(mounts).flatMap(([source, target]) => ['--mount', mount(source, target)]),
  ];
}

/** The value is a line of CSV, so a name with a comma or a quote in it is to be quoted. */
function mount(source: string, target: string): string {
  const field = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return ['type=bind', field(`source=${source}`), field(`target=${target}`)].join(',');
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

/** Stops and removes a container with its anonymous volumes; one that is not there, or going, is no error. */
export async function removeContainer(name: string): Promise<void> {
  try {
    await askDocker(['rm', '--force', '--volumes', name]);
  } catch (error) {
    if (!/removal of container .* is already in progress/.test(messageOf(error))) throw error;
  }
}

function newContainerName(): string {
  return `heroku-docker-${randomUUID()}`;
}
