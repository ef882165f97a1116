import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { afterEach, beforeEach, expect } from 'vitest';
import {
  destroyLocalHeroku,
  type LocalHeroku,
  type LocalHerokuOptions,
  startLocalHeroku,
} from '../../src/local-heroku/server.ts';

export const token = 'HRKU-test';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at, and held against the schema, by tests.
type Json = any;

/** What the API answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Json;
}

/** A local Heroku that each test gets anew, in a folder of its own, and the calls that tests make. */
export class TestHeroku {
  folder = '';
  readonly lines: string[] = [];
  #server: LocalHeroku | undefined;

  get url(): string {
    return this.#server?.url ?? '';
  }

  get server(): LocalHeroku {
    if (!this.#server) throw new Error('the local Heroku is not running');
    return this.#server;
  }

  async start(options: Partial<LocalHerokuOptions> = {}): Promise<void> {
    const onLine = (line: string) => void this.lines.push(line);
    this.#server = await startLocalHeroku({ folder: this.folder, token, onLine, ...options });
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    this.#server = undefined;
  }

  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const answer = await request(`${this.url}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${token}`,
        ...headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
  }

  async createApp(name = 'example', more: object = {}): Promise<Json> {
    return (await this.call('POST', '/apps', { name, ...more })).body;
  }

  /** Makes a slug that no dyno boots, of a process type that has none. */
  async createSlug(app = 'example', more: object = {}): Promise<Json> {
    const body = { process_types: { worker: 'true' }, ...more };
    return (await this.call('POST', `/apps/${app}/slugs`, body)).body;
  }

  /** Makes such a slug and stores some bytes as its blob. */
  async createUploadedSlug(app = 'example', more: object = {}): Promise<Json> {
    const slug = await this.createSlug(app, more);
    await putBlob(slug.blob.url, Buffer.from('slug'));
    return slug;
  }

  /** Makes a slug of an app and stores the file as its blob. */
  async uploadSlug(
    app: string,
    slugPath: string,
    processTypes: Readonly<Record<string, string>>,
    more: object = {},
  ): Promise<Json> {
    const bytes = await readFile(slugPath);
    const { body: slug } = await this.call('POST', `/apps/${app}/slugs`, {
      process_types: processTypes,
      checksum: `SHA256:${createHash('sha256').update(bytes).digest('hex')}`,
      ...more,
    });
    await putBlob(slug.blob.url, bytes);
    return slug;
  }

  /** Releases a slug and waits for the release's final state. */
  async release(app: string, slugId: string): Promise<Json> {
    const { body } = await this.call('POST', `/apps/${app}/releases`, { slug: slugId });
    return this.finished(app, body.id);
  }

  /** Waits for a release's final state. */
  async finished(app: string, release: string): Promise<Json> {
    for (;;) {
      const { body } = await this.call('GET', `/apps/${app}/releases/${release}`);
      if (body.status !== 'pending') return body;
      await delay(50);
    }
  }
}

/** PUTs a blob as the platform wants it: its length, no type. */
export async function putBlob(
  url: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; text: string }> {
  const answer = await request(url, { method: 'PUT', body: bytes, headers });
  return { status: answer.statusCode, text: await answer.body.text() };
}

/** Expects the platform's own form of a refusal. */
export function expectRefusal(
  answer: ApiAnswer,
  status: number,
  id: string,
  message: RegExp | string,
): void {
  expect(answer).toMatchObject({ status, body: { id, message: expect.stringMatching(message) } });
  expect(Object.keys(answer.body)).toEqual(['id', 'message']);
}

/**
 * A local Heroku for each test of a file.
 * @param options where its dynos boot real images, `runImages`; without, no test may boot any.
 */
export function useTestHeroku(options?: Partial<LocalHerokuOptions>): TestHeroku {
  const heroku = new TestHeroku();
  beforeEach(async () => {
    heroku.folder = await mkdtemp(join(tmpdir(), 'local-heroku-'));
    heroku.lines.length = 0;
    await heroku.start(options);
  });
  afterEach(async () => {
    await heroku.stop();
    if (options) await destroyLocalHeroku(heroku.folder);
    await rm(heroku.folder, { recursive: true, force: true });
  });
  return heroku;
}
