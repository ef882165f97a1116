import { askDocker } from '../docker/command.ts';
import {
  containerStatus,
  findContainers,
  readLogs,
  stopContainers,
} from '../docker/container-process.ts';
import { listImages, removeImage } from '../docker/image.ts';
import { imageLabel, runLabel } from '../docker/labels.ts';
import { ownNamesOf } from '../docker/own-names.ts';
import { messageOf } from '../errors.ts';
import type { Reporter } from '../reporter.ts';
import { removePartialFiles } from '../slug/partial-file.ts';
import { removeTemporaryFolders } from '../temporary.ts';
import { processTypeLabel } from './processes/app-process.ts';

const shownLines = 50;

/** A runner that was told to cancel the job waits for some seconds only. */
const graceSeconds = 3;

/** What a run has told of itself, for whoever has to end it. */
export interface LeftRun {
  readonly id: string;
  /** Where its slug was to go, if that was asked for. */
  readonly slugPath: string | undefined;
}

/**
 * Removes what a run has left: its containers, started or not, after the last lines of each process
 * that `start` made; names of images, temporary folders and half of a slug, where it was killed.
 * @throws the first failure, when all else is gone.
 */
export async function finish({ id, slugPath }: LeftRun, reporter: Reporter): Promise<void> {
  const removals = [
    removeContainers(id, reporter).finally(() => removeImageNames(id)), // Containers hold images.
    removeTemporaryFolders(id),
    ...(slugPath === undefined ? [] : [removePartialFiles(slugPath, id)]),
  ];
  for (const removal of await Promise.allSettled(removals)) {
    if (removal.status === 'rejected') throw removal.reason;
  }
}

async function removeContainers(run: string, reporter: Reporter): Promise<void> {
  const containers = await findContainers(`${runLabel}=${run}`);
  const inOrder = containers.toReversed(); // The engine names the newest first.
  for (const container of inOrder) await tryToShowLastLines(container, reporter);
  await stopContainers(inOrder, graceSeconds);
}

/** An image that has no other name goes with it if it is this program's; others' images stay. */
async function removeImageNames(run: string): Promise<void> {
  for (const image of await listImages()) {
    const names = ownNamesOf(run, image);
    const isKept = names.length < image.tags.length;
    if (isKept || Object.hasOwn(image.labels, imageLabel))
      for (const name of names) await removeImage(name);
  }
}

/** A log that the engine does not keep, or a container that is gone, must not keep others running. */
async function tryToShowLastLines(container: string, reporter: Reporter): Promise<void> {
  try {
    await showLastLines(container, reporter);
  } catch (error) {
    reporter.info(`The last lines of ${container} cannot be read: ${messageOf(error)}`);
  }
}

async function showLastLines(container: string, reporter: Reporter): Promise<void> {
  const format = `{{index .Config.Labels "${processTypeLabel}"}}`;
  const type = await askDocker(['inspect', '--format', format, container]);
  if (type === '') return;
  await reporter.phase(`Last lines of ${type}`, async () => {
    for (const { text } of (await readLogs(container)).slice(-shownLines)) reporter.output(text);
    const state = await containerStatus(container);
    if (state.status === 'exited') reporter.info(`${type} ended with exit code ${state.exitCode}`);
  });
}
