import { randomUUID } from 'node:crypto';
import { runId } from '../run.ts';
import { askDocker } from './command.ts';
import { removeImage, type StoredImage } from './image.ts';

/**
 * Runs `work` with a name for each image that only this run knows, and takes the names away again.
 * BuildKit takes no image ids, and another job may move an image's usual name while this one builds.
 * @param anchor id of an image that has a name of its own.
 * @param ids of the others, which may have none.
 * @param work gets the anchor's new name, and then the others'.
 */
export async function withOwnNames<Result>(
  anchor: string,
  ids: readonly string[],
  work: (names: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const named = [anchor, ...ids].map((id) => ({
    id,
    name: `${repositoryOf(runId)}:${randomUUID()}`,
  }));
  const names = named.map(({ name }) => name);
  const naming = named.map(({ id, name }) => askDocker(['tag', id, name]));
  try {
    await Promise.all(naming);
    return await work(names);
  } finally {
    await Promise.allSettled(naming);
    // The engine deletes an image with its last name, but not one whose name moves to another.
    await Promise.allSettled(names.slice(1).map((name) => askDocker(['tag', anchor, name])));
    await Promise.all(names.map(removeImage));
  }
}

/** The names that a run has given an image, as only one that was killed leaves any. */
export function ownNamesOf(run: string, { tags }: StoredImage): string[] {
  return tags.filter((tag) => tag.startsWith(`${repositoryOf(run)}:`));
}

function repositoryOf(run: string): string {
  return `heroku-docker-${run}`;
}
