import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { DeployError } from '../errors.ts';

/** A server that serves a state folder; kept in a file there, which is the folder's lock too. */
export interface RunningServer {
  readonly url: string;
  readonly token: string;
  readonly processId: number;
}

const fileName = 'server.json';
const answerTimeoutMilliseconds = 5_000;

/** The server that serves a folder just now; `undefined` where none does. */
export async function findServer(folder: string): Promise<RunningServer | undefined> {
  const server = await readServerFile(join(folder, fileName));
  return server && (await isServing(server)) ? server : undefined;
}

/**
 * Takes a folder for a server, which must be listening already: whether it still does is how
 * others tell a file that was left behind from one that counts.
 * @returns lets the folder go.
 * @throws DeployError where another server has it.
 */
export async function claimFolder(folder: string, server: RunningServer) {
  const file = join(folder, fileName);
  const own = join(folder, `${fileName}.${randomUUID()}`);
  await writeFile(own, JSON.stringify(server), { mode: 0o600 });
  try {
    while (!(await linkUnlessThere(own, file))) {
      const other = await findServer(folder);
      if (other) throw taken(folder, other);
      await removeStale(file);
    }
  } finally {
    await rm(own, { force: true });
  }
  return () => rm(file, { force: true });
}

/** A link, unlike a write, makes the file whole and at once, or not at all. */
async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved before it is removed: of two that find it stale, one may already have put its own in its place. */
async function removeStale(file: string): Promise<void> {
  const moved = `${file}.${randomUUID()}`;
  try {
    await rename(file, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const server = await readServerFile(moved);
  if (server && (await isServing(server))) await linkUnlessThere(moved, file);
  await rm(moved, { force: true });
}

async function readServerFile(file: string): Promise<RunningServer | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RunningServer;
  } catch {
    return undefined; // Missing, or damaged: then nobody can be told apart by it.
  }
}

/** A process id may have been given to another process, and a port too; the token tells. */
async function isServing(server: RunningServer): Promise<boolean> {
  if (!isAlive(server.processId)) return false;
  try {
    const answer = await request(`${server.url}/account`, {
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${server.token}`,
      },
      signal: AbortSignal.timeout(answerTimeoutMilliseconds),
    });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function taken(folder: string, { url, processId }: RunningServer): DeployError {
  return new DeployError(
    `The local Heroku in ${folder} is already served at ${url} by process ${processId}.`,
    'Use that one, end that process, or name another folder.',
  );
}
