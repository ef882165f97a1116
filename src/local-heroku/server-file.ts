import { randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { DeployError } from '../errors.ts';

/** A server that serves a state folder; kept in a file there, which is the folder's lock too. */
export interface RunningServer {
  readonly url: string;
  readonly token: string;
  readonly processId: number;
}

/** HTTP status of a server that is ending its work: it has the folder still. */
export const stoppingStatus = 503;

const fileName = 'server.json';
const answerTimeoutMilliseconds = 5_000;
const guardPauseMilliseconds = 50;
const oldestGuardMilliseconds = 30_000;

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

/**
 * Removes a file whose server has ended. One caller at a time: another could otherwise find it
 * stale, be overtaken by one that removes it and puts its own there, and then remove that one.
 */
async function removeStale(file: string): Promise<void> {
  const guard = `${file}.takeover`;
  if (!(await takeGuard(guard))) {
    await delay(guardPauseMilliseconds);
    return;
  }
  try {
    const server = await readServerFile(file);
    if (!server || !(await isServing(server))) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

async function takeGuard(guard: string): Promise<boolean> {
  try {
    await writeFile(guard, '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeOldGuard(guard);
    return false;
  }
}

/** It is held for as long as a server may take to answer, unless its holder was killed. */
async function removeOldGuard(guard: string): Promise<void> {
  const taken = await stat(guard).catch(() => undefined);
  if (taken && Date.now() - taken.mtimeMs > oldestGuardMilliseconds)
    await rm(guard, { force: true });
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
    return [200, stoppingStatus].includes(answer.statusCode);
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
