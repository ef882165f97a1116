import { randomInt, randomUUID } from 'node:crypto';
import { askDocker } from '../docker/command.ts';
import { type ContainerOptions, createContainer, removeContainer } from '../docker/container.ts';
import {
  containerStatus,
  followLogs,
  type LogLine,
  readLogs,
  stopContainer,
  waitUntilExit,
} from '../docker/container-process.ts';
import { waitUntilListening } from '../docker/listening.ts';
import { shellCommand } from '../docker/shell-command.ts';
import { type WantedAnswer, waitUntilAnswering } from './answering.ts';
import { bootScript } from './boot-script.ts';
import { copySlug } from './copy-slug.ts';
import { dynoUserId } from './dyno-archive.ts';

/** What a dyno is made of. */
export interface DynoOptions {
  /** The slug's file. */
  readonly slugPath: string;
  /** Image the dyno boots on, already in the engine, such as `heroku/heroku:24`. */
  readonly runImage: string;
  /** `web` gets a `$PORT`. */
  readonly processType: string;
  /** The process type's command, in the shell's language. */
  readonly command: string;
  readonly configVars: Readonly<Record<string, string>>;
  /** What those are, for messages, where they are not simply the app's. */
  readonly configSource?: string;
  /** The dyno's own name, which it finds in `$DYNO`: `web.1`. */
  readonly name: string;
  /** More labels for its container, beside the program's own. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Port of the Docker machine's 127.0.0.1 that leads to a web dyno; 0 lets the engine choose one. */
  readonly publish?: number;
  /** Bytes of memory that it may have; without it, all of the machine's. */
  readonly memoryBytes?: number;
  readonly signal: AbortSignal;
}

/** A dyno that is running, or has been. */
export interface Dyno {
  /** Name of its container. */
  readonly container: string;
  /** Where it answers from the Docker machine; `undefined` where it is not published. */
  readonly url: string | undefined;
  /** The port of {@link Dyno.url}. */
  readonly port: number | undefined;
  /**
   * Waits until a web dyno listens on its `$PORT`.
   * @throws DeployError where it ends before, or the time is over, 60 seconds unless told otherwise.
   */
  waitUntilListening(timeoutSeconds?: number): Promise<void>;
  /**
   * Waits until a web dyno answers a request, which is sent from inside it as the router sends it.
   * @param timeoutSeconds counted from its start.
   * @throws DeployError where it answers otherwise, or ends before, or the time is over.
   */
  waitUntilAnswering(wanted: WantedAnswer, timeoutSeconds: number): Promise<void>;
  /** Whether a process of it was killed because it wanted more memory than there is. */
  ranOutOfMemory(): Promise<boolean>;
  /** Waits until its process has ended, and returns the exit code. */
  waitUntilExit(): Promise<number>;
  /** Its last lines, at most 1,500. */
  logs(): Promise<LogLine[]>;
  /** Passes each line on as it is written, until its process ends. */
  followLogs(onLine: (line: string) => void): Promise<void>;
  /** Ends it and removes its container. */
  stop(): Promise<void>;
}

/** A dyno whose container is made, with the slug in it, but not started. */
export interface PreparedDyno {
  readonly container: string;
  /** Starts it; a dyno that cannot be started is removed. */
  start(): Promise<Dyno>;
}

/** A web dyno must listen after this long (https://devcenter.heroku.com/articles/limits#boot-timeout). */
const bootTimeoutSeconds = 60;

/** How long a dyno may take to end after SIGTERM (https://devcenter.heroku.com/articles/dyno-shutdown-behavior). */
const shutdownSeconds = 30;

/**
 * Boots a slug as a dyno does: on the run image, the slug below `/app`, as the platform's user and
 * with its environment. The caller stops it.
 * @throws DeployError where the slug or the image is not fit, or the engine refuses; nothing is left then.
 */
export async function bootDyno(options: DynoOptions): Promise<Dyno> {
  return (await prepareDyno(options)).start();
}

/** The first half of {@link bootDyno}: all that takes time, so that a start can follow a stop at once. */
export async function prepareDyno(options: DynoOptions): Promise<PreparedDyno> {
  options.signal.throwIfAborted();
  const container = `heroku-docker-dyno-${randomUUID()}`;
  const port = randomPort();
  return orRemoved(container, async () => {
    await createContainer(containerOptions(options, port), container);
    await copySlug(options.slugPath, container, options.signal);
    return { container, start: () => orRemoved(container, () => start(container, port, options)) };
  });
}

/** Ends a dyno as the platform does, and removes its container. One that is not there is no error. */
export function stopDyno(container: string): Promise<void> {
  return stopContainer(container, shutdownSeconds);
}

function containerOptions(options: DynoOptions, port: number): ContainerOptions {
  return {
    image: options.runImage,
    ...shellCommand({
      shell: 'bash',
      script: bootScript(options.command),
      environment: dynoEnvironment(options, port),
      joinOutput: true,
    }),
    user: `${dynoUserId}:${dynoUserId}`,
    workingDirectory: '/app',
    publish: options.publish === undefined ? [] : [`127.0.0.1:${options.publish}:${port}`],
    labels: options.labels ?? {},
    ...(options.memoryBytes !== undefined && { memoryBytes: options.memoryBytes }),
  };
}

async function start(container: string, port: number, options: DynoOptions): Promise<Dyno> {
  const { name, signal } = options;
  signal.throwIfAborted();
  const since = Date.now();
  await askDocker(['start', container]);
  const published = options.publish === undefined ? undefined : await publishedPort(container);
  signal.throwIfAborted();
  const surroundings = `the command runs in /app, after .profile.d, with ${options.configSource ?? 'the config vars'}`;
  const awaited = { container, name, port, surroundings, signal };
  return {
    container,
    port: published,
    url: published === undefined ? undefined : `http://127.0.0.1:${published}/`,
    waitUntilListening: (timeoutSeconds = bootTimeoutSeconds) =>
      waitUntilListening({ ...awaited, timeoutSeconds }),
    waitUntilAnswering: (wanted, timeoutSeconds) =>
      waitUntilAnswering({ ...awaited, wanted, since, timeoutSeconds }),
    ranOutOfMemory: () => ranOutOfMemory(container),
    waitUntilExit: () => waitUntilExit(container, signal),
    logs: () => readLogs(container),
    followLogs: (onLine) => followLogs(container, onLine, signal),
    stop: () => stopDyno(container),
  };
}

async function ranOutOfMemory(container: string): Promise<boolean> {
  const state = await containerStatus(container);
  return 'outOfMemory' in state && state.outOfMemory;
}

/** The platform's own come last: what it sets is not the app's to change. */
function dynoEnvironment(options: DynoOptions, port: number): Record<string, string> {
  return {
    ...options.configVars,
    HOME: '/app',
    DYNO: options.name,
    ...(options.processType === 'web' && { PORT: String(port) }),
  };
}

/**
 * Another one each time, as on the platform, so that a port written into the app is noticed. Below
 * the range from which the kernel takes its own (ip_local_port_range, from 32768).
 */
function randomPort(): number {
  return randomInt(10_000, 32_768);
}

async function publishedPort(container: string): Promise<number> {
  const format = '{{range .NetworkSettings.Ports}}{{range .}}{{.HostPort}} {{end}}{{end}}';
  return Number.parseInt(await askDocker(['inspect', '--format', format, container]), 10);
}

async function orRemoved<Result>(container: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await removeContainer(container);
    throw error;
  }
}
