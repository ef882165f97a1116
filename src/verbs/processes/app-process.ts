import { randomUUID } from 'node:crypto';
import { askDocker } from '../../docker/command.ts';
import { type ContainerOptions, createContainer, removeContainer } from '../../docker/container.ts';
import { stopContainers } from '../../docker/container-process.ts';
import type { Engine } from '../../docker/engine.ts';
import type { Image } from '../../docker/image.ts';
import { waitUntilListening } from '../../docker/listening.ts';
import { shellCommand } from '../../docker/shell-command.ts';
import { DeployError, messageOf } from '../../errors.ts';
import type { Context } from '../context.ts';

/** On the container of each process that `start` runs, with the process's type. */
export const processTypeLabel = 'heroku-docker-release.process-type';

/** What all processes of an app have in common. */
export interface AppSurroundings {
  readonly context: Context;
  readonly engine: Pick<Engine, 'host'>;
  /** The app's image. */
  readonly image: Image;
  /** Those of its `.env`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A process type that is to run. */
export interface ProcessType {
  readonly name: string;
  /** In the shell's language. */
  readonly command: string;
}

/** A process that was started. */
export interface AppProcess {
  readonly type: string;
  /** Name of its container. */
  readonly container: string;
  /** Id of its container. */
  readonly id: string;
  /** Where a web process is to answer, if it has not ended already. */
  readonly url: string | undefined;
}

/** Whether processes of a type have a port; no others have one on the platform. */
export function isWeb(type: string): boolean {
  return type === 'web';
}

/** How a process is started. */
export interface Launch {
  /** Whether it gets a terminal and standard input of its own. */
  readonly terminal?: boolean;
  /** Starts the container of this name. */
  readonly start: (container: string) => Promise<unknown>;
}

/** Where web processes usually listen. */
const usualPort = 3000;
/** Lets the engine choose one that is free. */
const anyPort = 0;

/** How the engine, on any system, says that a port cannot be had. */
const portTaken = /port is already allocated|address already in use|ports are not available/i;
const shellMissing = /exec: "sh": executable file not found/;

const inBackground: Launch = { start: (container) => askDocker(['start', container]) };

/** The processes of an app: each in a container of the app's image, all of them ended at once. */
export class AppProcesses {
  readonly #surroundings: AppSurroundings;
  /** All that were ever asked for: a call that was cut off may have made one. */
  readonly #containers: string[] = [];

  constructor(surroundings: AppSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Starts a process. The engine itself says whether a port is free, so that nobody can take it
   * between the question and the start.
   * @throws DeployError where the port that was asked for is taken, or the image has no shell.
   */
  async launch(type: ProcessType, launch = inBackground): Promise<AppProcess> {
    const { settings, reporter, signal } = this.#surroundings.context;
    const ports = settings.port === undefined ? [usualPort, anyPort] : [settings.port];
    for (const port of ports) {
      signal.throwIfAborted();
      const container = `heroku-docker-${type.name}-${randomUUID()}`;
      this.#containers.push(container);
      await createContainer(this.#containerOptions(type, port, launch), container);
      try {
        await launch.start(container);
      } catch (error) {
        if (!portTaken.test(messageOf(error))) throw launchFailed(error, type);
        await removeContainer(container);
        if (port !== ports.at(-1)) reporter.info(`Port ${port} is taken: taking another`);
        continue;
      }
      return { type: type.name, container, ...(await this.#lookAt(container)) };
    }
    throw new DeployError(
      `Port ${ports[0]} is taken on the machine that runs Docker.`,
      'End what uses it (docker ps shows containers), name another "port", or leave it out for a free one.',
    );
  }

  /** Starts several, one after the other. */
  async launchAll(types: readonly ProcessType[]): Promise<AppProcess[]> {
    const started: AppProcess[] = [];
    for (const type of types) started.push(await this.launch(type));
    return started;
  }

  /**
   * Waits until a web process listens, and says where.
   * @throws DeployError with its last lines where it ends, or does not listen in time.
   */
  async waitUntilListening({ type, container, url }: AppProcess): Promise<void> {
    const { context, image } = this.#surroundings;
    const { settings, reporter, signal } = context;
    const variables = `the variables of ${settings.envFile ?? '.env'}`;
    await waitUntilListening({
      container,
      name: type,
      port: portInside(settings.port),
      timeoutSeconds: settings.bootTimeoutSeconds,
      surroundings: `the command runs in ${image.workingDirectory || '/'}, with ${variables}`,
      signal,
    });
    reporter.info(`${type} listens: ${url}`);
  }

  /** Ends all of them, SIGTERM first, and removes their containers. */
  async stop(graceSeconds: number): Promise<void> {
    await stopContainers(this.#containers, graceSeconds);
  }

  #containerOptions(
    type: ProcessType,
    port: number,
    { terminal = false }: Launch,
  ): ContainerOptions {
    const { context, image, variables } = this.#surroundings;
    const inside = portInside(context.settings.port);
    const hasPort = isWeb(type.name);
    return {
      image: image.id,
      ...shellCommand({
        shell: 'sh',
        script: type.command,
        environment: { ...variables, ...(hasPort && { PORT: String(inside) }) },
        joinOutput: true,
      }),
      labels: { [processTypeLabel]: type.name },
      publish: hasPort ? [`${this.#isLocal ? '127.0.0.1:' : ''}${port}:${inside}`] : [],
      terminal,
      interactive: terminal,
    };
  }

  get #isLocal(): boolean {
    return ['127.0.0.1', 'localhost', '[::1]'].includes(this.#surroundings.engine.host);
  }

  async #lookAt(container: string): Promise<Pick<AppProcess, 'id' | 'url'>> {
    const format = '{{.Id}}{{range .NetworkSettings.Ports}}{{range .}} {{.HostPort}}{{end}}{{end}}';
    const answer = await askDocker(['inspect', '--format', format, container]);
    const [id = '', port] = answer.split(' ');
    const host = this.#isLocal ? '127.0.0.1' : this.#surroundings.engine.host;
    return { id, url: port && `http://${host}:${port}/` };
  }
}

function portInside(asked: number | undefined): number {
  return asked ?? usualPort;
}

function launchFailed(error: unknown, { name }: ProcessType): unknown {
  if (!shellMissing.test(messageOf(error))) return error;
  return new DeployError(
    `${name} cannot be started: the app’s image has no shell (sh), which runs the commands of process types.`,
    'Build it on an image that has one, such as the stack image.',
    { cause: error },
  );
}
