import { DeployError, messageOf } from '../errors.ts';
import { DockerMissingError } from './client.ts';
import { askDocker } from './command.ts';

/** The Docker engine that a run uses, as far as the rest of the program has to know it. */
export interface Engine {
  readonly version: string;
  /**
   * Path of the engine's socket (or Windows pipe) where it is on this machine; `undefined` for an
   * engine behind TCP, TLS or SSH, which is then spoken to through the Docker client alone.
   */
  readonly socketPath: string | undefined;
  /** Name or address of its machine, where the ports that it publishes answer. */
  readonly host: string;
  /** Name of the builder that keeps its images in this engine: the one with the `docker` driver. */
  readonly builder: string;
}

/** The first engine whose client builds with BuildKit by default. */
const oldestEngine = 23;

/**
 * Finds the engine that the Docker client is set to use, and makes sure that it can build.
 * @throws DeployError where there is none, where it is too old, or where buildx is missing.
 */
export async function connectEngine(): Promise<Engine> {
  const [version, context] = await Promise.all([askVersion(), askContext(), askBuildx()]);
  if (Number.parseInt(version, 10) < oldestEngine) {
    throw new DeployError(
      `The Docker engine is ${version}; this needs ${oldestEngine}.0 or newer, with BuildKit.`,
      'Update Docker Engine on the runner (https://docs.docker.com/engine/install/), or use a newer runner image.',
    );
  }
  return {
    version,
    socketPath: socketPathOf(context.host),
    host: hostOf(context.host),
    builder: context.name,
  };
}

async function askVersion(): Promise<string> {
  try {
    return await askDocker(['version', '--format', '{{.Server.Version}}']);
  } catch (error) {
    if (error instanceof DockerMissingError) throw error;
    throw new DeployError(
      `No Docker engine answers: ${messageOf(error)}`,
      'Start Docker, or point DOCKER_HOST at an engine; on GitHub use an ubuntu runner, which has one.',
      { cause: error },
    );
  }
}

async function askBuildx(): Promise<void> {
  try {
    await askDocker(['buildx', 'version']);
  } catch (error) {
    if (error instanceof DockerMissingError) throw error;
    throw new DeployError(
      'The Docker client has no buildx, so it cannot use BuildKit.',
      'Install the docker-buildx-plugin package (Debian: docker-buildx), or run docker/setup-buildx-action first.',
      { cause: error },
    );
  }
}

async function askContext(): Promise<{ name: string; host: string }> {
  const answer = await askDocker([
    'context',
    'inspect',
    '--format',
    '{{.Name}} {{.Endpoints.docker.Host}}',
  ]);
  const [name = 'default', host = ''] = answer.split(' ');
  return { name, host };
}

function socketPathOf(host: string): string | undefined {
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  if (host.startsWith('npipe://')) return host.slice('npipe://'.length).replaceAll('/', '\\');
  return undefined;
}

/** Pipes and sockets without a host's name in their URL are this machine's. */
function hostOf(endpoint: string): string {
  return (URL.canParse(endpoint) && new URL(endpoint).hostname) || '127.0.0.1';
}

/** Whether a builder keeps its images in the engine, and so can build on what is there. */
export async function buildsInEngine(builder: string): Promise<boolean> {
  const description = await askDocker(['buildx', 'inspect', builder]);
  return /^Driver:\s+docker$/m.test(description);
}

/** Whether the engine runs without root: the root of its containers is then the user that it runs as. */
export async function isRootless(): Promise<boolean> {
  const options = await askDocker(['info', '--format', '{{json .SecurityOptions}}']);
  return options.includes('name=rootless');
}
