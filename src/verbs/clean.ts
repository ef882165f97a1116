import { filesize } from 'filesize';
import { removeContainer } from '../docker/container.ts';
import { findContainers } from '../docker/container-process.ts';
import { connectEngine } from '../docker/engine.ts';
import { listImages, removeImage, type StoredImage } from '../docker/image.ts';
import { imageLabel, localHerokuLabel, runLabel } from '../docker/labels.ts';
import type { Context } from './context.ts';

/**
 * Removes from the engine what this program made: its containers, also those of runs that are under
 * way, and its images but for those of the `keep` base images that were used last. What a local
 * Heroku runs stays (`local destroy`), and so does the engine's build cache, which does not say whose
 * it is (`docker builder prune`).
 */
export async function clean(context: Context): Promise<void> {
  const { reporter } = context;
  await connectEngine();
  await reporter.phase('Clean', async () => {
    const containers = await removeContainers(context);
    const images = await removeImages(context);
    if (containers + images === 0) reporter.info('There is nothing to remove');
  });
}

async function removeContainers({ reporter, signal }: Context): Promise<number> {
  const made = await findContainers(runLabel);
  const dynos = await findContainers(localHerokuLabel);
  const containers = made.filter((name) => !dynos.includes(name));
  for (const name of containers) {
    signal.throwIfAborted();
    await removeContainer(name);
    reporter.info(`Removed container ${name}`);
  }
  return containers.length;
}

async function removeImages({ settings, reporter, signal }: Context): Promise<number> {
  const before = await listImages();
  const made = before.filter(isMade);
  const kept = lastUsed(made, settings.keep);
  let removals = 0;
  for (const reference of before.flatMap((image) => removable(image, kept))) {
    signal.throwIfAborted();
    const reason = await removeImage(reference);
    if (reason === undefined) removals++;
    reporter.info(
      reason === undefined
        ? `Removed image ${shortened(reference)}`
        : `Image ${shortened(reference)} stays: ${reason}`,
    );
  }
  if (removals > 0) {
    reporter.info(`The images took ${filesize(freedBytes(made, before, await listImages()))}`);
  }
  return removals;
}

function isMade({ labels }: StoredImage): boolean {
  return Object.hasOwn(labels, imageLabel);
}

/** Names of base images and of app images. */
const ownName = /^heroku-docker-([0-9a-f]{64})(-app)?[:@]/;
/** Names that a run gives to images while it works with them: only one that was killed leaves any. */
const passingName = /^heroku-docker-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:/;

/** The hashes of the base images that were used last: a run tags anew what it uses. */
function lastUsed(images: readonly StoredImage[], count: number): ReadonlySet<string> {
  const usedAt = new Map<string, number>();
  const bases = new Set<string>();
  for (const { tags, taggedAt = 0 } of images) {
    for (const tag of tags) {
      const [, hash, isApp] = ownName.exec(tag) ?? [];
      if (hash === undefined) continue;
      usedAt.set(hash, Math.max(taggedAt, usedAt.get(hash) ?? 0));
      if (!isApp) bases.add(hash);
    }
  }
  const byUse = [...bases].sort((one, other) => (usedAt.get(other) ?? 0) - (usedAt.get(one) ?? 0));
  return new Set(byUse.slice(0, count));
}

/**
 * What to ask the engine to remove of an image. Those that somebody builds on ours inherit our label:
 * so names decide. One that never had a name is not ours. One that lost it is, or was somebody's who
 * has built another under its name since: nothing in it tells these two apart. In the engine's
 * containerd store an image goes with its name, but for one that a container held or that was loaded
 * from another builder: it stays, as that might as well be one that never had a name.
 */
function removable(image: StoredImage, kept: ReadonlySet<string>): string[] {
  const { id, tags, digests, taggedAt } = image;
  const passing = tags.filter((tag) => passingName.test(tag));
  if (!isMade(image)) return passing.length < tags.length ? passing : [];
  if (tags.length === 0) {
    const isOwn = taggedAt !== undefined && digests.every((digest) => ownName.test(digest));
    return isOwn ? [id] : [];
  }
  const old = tags.filter((tag) => {
    const [, hash] = ownName.exec(tag) ?? [];
    return hash !== undefined && !kept.has(hash);
  });
  return [...passing, ...old];
}

/**
 * The size of the layers that went with images, each counted once. The engine tells a layer's only
 * by the difference between an image and the one that it is built on.
 */
function freedBytes(
  removed: readonly StoredImage[],
  before: readonly StoredImage[],
  after: readonly StoredImage[],
): number {
  const gone = removed.filter((image) => !after.some((left) => isBuiltOn(left, image)));
  const distinct = new Map(gone.map((image) => [image.layers.join(), image]));
  let bytes = 0;
  for (const image of distinct.values()) {
    const shared = parents(image, before).map(({ sizeBytes }) => sizeBytes);
    bytes += image.sizeBytes - Math.max(0, ...shared);
  }
  return bytes;
}

function parents(image: StoredImage, all: readonly StoredImage[]): StoredImage[] {
  return all.filter(
    (other) => other.layers.length < image.layers.length && isBuiltOn(image, other),
  );
}

function isBuiltOn(image: StoredImage, base: StoredImage): boolean {
  return base.layers.every((layer, index) => image.layers[index] === layer);
}

/** Hashes and ids to 12 digits, as the Docker client shows them. */
function shortened(reference: string): string {
  return reference.replace(/(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}/, '$1');
}
