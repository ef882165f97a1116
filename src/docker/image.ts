import { DeployError, messageOf } from '../errors.ts';
import { askDocker, runDocker } from './command.ts';
import { EngineLostError } from './engine-lost.ts';

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
    const [found] = JSON.parse(
      await askDocker(['image', 'inspect', '--', reference]),
    ) as ImageInspect[];
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
  options: {
    pull: boolean;
    /** The setting that names another image, for the error's remedy. */
    setting: string;
    signal: AbortSignal;
    onLine: (line: string) => void;
  },
): Promise<Image> {
  const here = options.pull ? undefined : await findImage(reference);
  if (here?.architecture === 'amd64') return here;
  try {
    await runDocker(['pull', '--platform', dynoPlatform, '--', reference], options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof EngineLostError) throw error;
    throw new DeployError(
      `The image ${reference} cannot be pulled: ${messageOf(error)}`,
      `Check its name and the registry login (docker/login-action), or name a mirror with ${options.setting}.`,
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

/** An image in the engine, as far as whoever tidies up there has to know it. */
export interface StoredImage {
  readonly id: string;
  /** `name:tag` each; none where other images have got them since. */
  readonly tags: readonly string[];
  /** `name@sha256:<hex>` each: how registries, or the engine's own store, refer to it. */
  readonly digests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The lowest first. */
  readonly layers: readonly string[];
  /** With what it shares with the images that it is built on. */
  readonly sizeBytes: number;
  /**
   * When it last got a tag, in milliseconds since 1970; `undefined` where it never had one, or has
   * none in the engine's containerd store, which does not tell whether it ever had.
   */
  readonly taggedAt: number | undefined;
}

/** The shape of `docker image inspect`, as far as {@link StoredImage} comes from it. */
interface StoredImageInspect {
  readonly Id: string;
  readonly RepoTags?: readonly string[] | null;
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
  readonly RootFS: { readonly Layers?: readonly string[] | null };
  readonly Size: number;
  readonly Metadata: { readonly LastTagTime?: string };
  /** In the containerd store only. */
  readonly Descriptor?: unknown;
}

/** All images in the engine, whoever made them. */
export async function listImages(): Promise<StoredImage[]> {
  const ids = await askDocker(['image', 'ls', '--all', '--quiet', '--no-trunc']);
  return inspectImages([...new Set(ids.split('\n').filter((id) => id !== ''))]);
}

/** Leaves out those that are gone by now. */
async function inspectImages(ids: readonly string[]): Promise<StoredImage[]> {
  if (ids.length === 0) return [];
  try {
    const found = JSON.parse(await askDocker(['image', 'inspect', ...ids])) as StoredImageInspect[];
    return found.map(toStoredImage);
  } catch (error) {
    const left = ids.filter((id) => !messageOf(error).includes(`No such image: ${id}`));
    if (left.length === ids.length) throw error;
    return inspectImages(left);
  }
}

function toStoredImage(inspect: StoredImageInspect): StoredImage {
  const tags = inspect.RepoTags ?? [];
  const taggedAt = Date.parse(inspect.Metadata.LastTagTime ?? '');
  const isTagTime = tags.length > 0 || inspect.Descriptor === undefined;
  return {
    id: inspect.Id,
    tags,
    digests: inspect.RepoDigests ?? [],
    labels: inspect.Config?.Labels ?? {},
    layers: inspect.RootFS.Layers ?? [],
    sizeBytes: inspect.Size,
    taggedAt: isTagTime && taggedAt > 0 ? taggedAt : undefined, // The engine's "never" is the year 1.
  };
}

/** The last two where another client has removed it in the middle of this: one each image store. */
const isGone = /No such image|reference does not exist|NotFound: /;

/**
 * Takes a tag from an image, which goes with its last one, or removes one without a tag by its id.
 * One that is gone already is no error.
 * @returns why the engine keeps it, in its own words, where something uses it; else `undefined`.
 */
export async function removeImage(reference: string): Promise<string | undefined> {
  try {
    // An image that it was built on may be somebody else's.
    await askDocker(['image', 'rm', '--no-prune', reference]);
  } catch (error) {
    const [, reason] = /conflict: .* - (.*)/.exec(messageOf(error)) ?? [];
    if (reason === undefined && !isGone.test(messageOf(error))) throw error;
    return reason;
  }
  return undefined;
}
