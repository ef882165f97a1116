import { DeployError, messageOf } from '../errors.ts';
import { askDocker, runDocker } from './command.ts';

/** Dynos run nothing else (heroku/base-images, BUILD.md). */
export const dynoPlatform = 'linux/amd64';

/** An image in the engine, as far as a slug depends on it. */
export interface Image {
  /** Content-addressed id, `sha256:<hex>`. */
  readonly id: string;
  /** `KEY=value` lines of its configuration. */
  readonly environment: readonly string[];
  /** Empty where none is set. */
  readonly workingDirectory: string;
  /** ONBUILD instructions that wait for a child image. */
  readonly triggers: readonly string[];
  readonly architecture: string;
}

/** The shape of `docker image inspect` (Docker Engine API, ImageInspect), as far as it is read here. */
interface ImageInspect {
  readonly Id: string;
  readonly Architecture: string;
  readonly Config: {
    readonly Env: readonly string[] | null;
    readonly WorkingDir: string;
    readonly OnBuild?: readonly string[] | null;
  };
}

/** Looks an image up in the engine by id or name; `undefined` where it is not there. */
export async function findImage(reference: string): Promise<Image | undefined> {
  try {
    const [found] = JSON.parse(await askDocker(['image', 'inspect', reference])) as ImageInspect[];
    return found && toImage(found);
  } catch (error) {
    if (messageOf(error).includes('No such image')) return undefined;
    throw error;
  }
}

/**
 * Makes sure that an image is in the engine for the dynos' platform, pulling it where it is not
 * (or where `pull` asks for the newest).
 * @throws DeployError where it cannot be had.
 */
export async function ensureImage(
  reference: string,
  options: { pull: boolean; signal: AbortSignal; onLine: (line: string) => void },
): Promise<Image> {
  const here = options.pull ? undefined : await findImage(reference);
  if (here?.architecture === 'amd64') return here;
  try {
    await runDocker(['pull', '--platform', dynoPlatform, reference], options);
  } catch (error) {
    options.signal.throwIfAborted();
    throw new DeployError(
      `The image ${reference} cannot be pulled: ${messageOf(error)}`,
      'Check its name and the registry login (docker/login-action), or name a mirror with stack-image.',
      { cause: error },
    );
  }
  const pulled = await findImage(reference);
  if (pulled !== undefined) return pulled;
  throw new DeployError(
    `The image ${reference} was pulled, but the engine does not have it.`,
    'Run again; if it stays so, restart the Docker engine.',
  );
}

function toImage(inspect: ImageInspect): Image {
  return {
    id: inspect.Id,
    environment: inspect.Config.Env ?? [],
    workingDirectory: inspect.Config.WorkingDir,
    triggers: inspect.Config.OnBuild ?? [],
    architecture: inspect.Architecture,
  };
}
