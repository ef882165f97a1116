import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findContainers } from '../docker/container-process.ts';
import { localHerokuLabel } from '../docker/labels.ts';
import { stopDyno } from '../dyno/dyno.ts';
import { DeployError, messageOf } from '../errors.ts';
import { type Api, createApi } from './api.ts';
import { AppLog } from './app-log.ts';
import { answerBlob } from './blobs.ts';
import { Dynos } from './dynos.ts';
import {
  folderId,
  openFolder,
  removeFolder,
  removeHalfUploads,
  type StateFolder,
} from './folder.ts';
import { answerLog } from './log-sessions.ts';
import type { Platform } from './platform.ts';
import { answerReleaseOutput } from './release-output.ts';
import { failInterruptedReleases } from './release-work.ts';
import type { RunImages } from './run-images.ts';
import { claimFolder, findServer, stoppingStatus } from './server-file.ts';
import { UrlSigner } from './signed-urls.ts';
import { openStore } from './store.ts';
import { WorkQueue } from './work-queue.ts';

/** How the local Heroku is run. */
export interface LocalHerokuOptions {
  /** Keeps the state: one folder, one Heroku. */
  readonly folder: string;
  /** What clients must send as their API key. */
  readonly token: string;
  /** Of the API, on 127.0.0.1; a free one where none is named. */
  readonly port?: number;
  /** Seconds that the URL of a slug's blob is good for; as on the platform, an hour, where nothing is said. */
  readonly blobLifetimeSeconds?: number;
  /** Images that dynos boot on, where they are not Heroku's own. */
  readonly runImages?: RunImages;
  /** Told, a line each, what the platform does: releases, the output of release phases, dynos that crash. */
  readonly onLine?: (line: string) => void;
}

/** A local Heroku that answers. */
export interface LocalHeroku {
  /** Origin of its Platform API, such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly token: string;
  /** Ends the server, and the releases under way with it; dynos go on running. */
  stop(): Promise<void>;
}

const blobLifetimeSeconds = 3600;

/** What answers requests, once the state is there. */
interface Answering {
  readonly platform: Platform;
  readonly api: Api;
}

/**
 * Starts a Platform API on this machine.
 * @throws DeployError where the folder is served already or its state cannot be used, or the port is taken.
 */
export async function startLocalHeroku(options: LocalHerokuOptions): Promise<LocalHeroku> {
  const folder = await openFolder(options.folder);
  const ended = new AbortController();
  const answering = Promise.withResolvers<Answering>();
  const server = createServer(async (request, response) => {
    const { platform, api } = await answering.promise;
    if (ended.signal.aborted) response.writeHead(stoppingStatus, { Connection: 'close' }).end();
    else await answer(platform, api, request, response);
  });
  server.requestTimeout = 0; // An upload takes as long as it takes.
  const url = await listen(server, options.port ?? 0);
  try {
    const letGo = await claimFolder(folder.path, {
      url,
      token: options.token,
      processId: process.pid,
    });
    try {
      const platform = await openPlatform(folder, url, options, ended.signal);
      answering.resolve({ platform, api: createApi(platform, options.token) });
      return { url, token: options.token, stop: () => stop(server, platform, ended, letGo) };
    } catch (error) {
      await letGo();
      throw error;
    }
  } catch (error) {
    close(server);
    throw error;
  }
}

/** The server that serves the folder already, or a new one; stopping the former is left to its owner. */
export async function connectLocalHeroku(options: LocalHerokuOptions): Promise<LocalHeroku> {
  const running = await findServer(options.folder);
  return running ? { ...running, stop: async () => {} } : startLocalHeroku(options);
}

/**
 * Removes everything that a local Heroku made: its dynos, its state and its folder.
 * @throws DeployError where it is being served.
 */
export async function destroyLocalHeroku(folder: string): Promise<void> {
  const running = await findServer(folder);
  if (running) {
    throw new DeployError(
      `The local Heroku in ${folder} is being served at ${running.url}.`,
      `End process ${running.processId} first.`,
    );
  }
  const id = await folderId(folder);
  if (id === undefined) return;
  const dynos = await findContainers(`${localHerokuLabel}=${id}`);
  await Promise.all(dynos.map(stopDyno));
  await removeFolder(folder);
}

async function openPlatform(
  folder: StateFolder,
  origin: string,
  options: LocalHerokuOptions,
  signal: AbortSignal,
): Promise<Platform> {
  const store = await openStore(folder.path);
  await store.update(failInterruptedReleases);
  await removeHalfUploads(folder);
  const appLog = new AppLog(folder, options.onLine ?? (() => {}));
  const labels = { [localHerokuLabel]: folder.id };
  const { runImages } = options;
  return {
    store,
    folder,
    signer: new UrlSigner(store.state.signingKey),
    blobLifetimeSeconds: options.blobLifetimeSeconds ?? blobLifetimeSeconds,
    dynos: new Dynos({ store, folder, appLog, runImages, labels, signal }),
    appLog,
    work: new WorkQueue(),
    releasePhases: new Set(),
    origin,
  };
}

async function answer(
  platform: Platform,
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', platform.origin);
    const [, area, id = ''] = url.pathname.split('/');
    if (area === 'blobs') await answerBlob(platform, url, request, response);
    else if (area === 'logs' || area === 'streams') {
      if (platform.signer.check('GET', url) !== 'valid') response.writeHead(403).end();
      else if (area === 'logs') await answerLog(platform, id, response);
      else await answerReleaseOutput(platform, id, response);
    } else await api(url, request, response);
  } catch (error) {
    // A client that went away, or a disk that is full: there is nothing left to answer with.
    if (!request.destroyed) platform.appLog.fail(`${request.method} ${request.url}`, error);
    response.destroy();
  }
}

async function listen(server: Server, port: number): Promise<string> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    throw new DeployError(
      `The local Heroku cannot listen on port ${port}: ${messageOf(error)}`,
      'Name a port that is free.',
      { cause: error },
    );
  }
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(
  server: Server,
  platform: Platform,
  ended: AbortController,
  letGo: () => Promise<void>,
): Promise<void> {
  ended.abort(new Error('the local Heroku was stopped'));
  await platform.work.idle();
  await letGo(); // While it still answers: whoever finds the folder free may use it at once.
  close(server);
}

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}
