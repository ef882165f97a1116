import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  destroyLocalHeroku,
  type LocalHeroku,
  startLocalHeroku,
} from '../../src/local-heroku/server.ts';
import { machine } from './machine.ts';

/** Starts an embedded Heroku for the tests of a file, and removes all that it made afterwards. */
export function useLocalHeroku() {
  const folder = mkdtempSync(join(tmpdir(), 'heroku-'));
  const token = `HRKU-${randomUUID()}`;
  let server: LocalHeroku;
  beforeAll(async () => {
    server = await startLocalHeroku({ folder, token, runImages: machine.runImage });
  });
  afterAll(async () => {
    await server?.stop();
    await destroyLocalHeroku(folder);
  });

  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  return {
    /** Makes an app and returns its name. */
    async createApp(properties: Readonly<Record<string, string>> = {}): Promise<string> {
      return (await call<{ name: string }>('POST', '/apps', properties)).name;
    },
    async setConfigVars(app: string, vars: Readonly<Record<string, string>>): Promise<void> {
      await call('PATCH', `/apps/${app}/config-vars`, vars);
    },
    configVars(app: string): Promise<Record<string, string>> {
      return call('GET', `/apps/${app}/config-vars`);
    },
    app(name: string): Promise<{ id: string; web_url: string }> {
      return call('GET', `/apps/${name}`);
    },
    /** Any call of its API; what it answers. */
    call,
    slug(app: string, id: string): Promise<Record<string, unknown>> {
      return call('GET', `/apps/${app}/slugs/${id}`);
    },
    /** The releases of an app that have a slug: an app begins with one that has none. */
    async slugReleases(app: string): Promise<{ version: number; status: string }[]> {
      const releases = await call<{ version: number; status: string; slug: unknown }[]>(
        'GET',
        `/apps/${app}/releases`,
      );
      return releases.filter((release) => release.slug !== null);
    },
    /** All that it keeps: apps, slugs, releases. */
    state(): string {
      return readFileSync(join(folder, 'state.json'), 'utf8');
    },
    /** The inputs that a step needs to release to an app here, on this machine's stack image. */
    inputs(app: string): Record<string, string> {
      return {
        'api-key': token,
        app,
        'platform-url': server.url,
        'stack-image': machine.stackImage,
      };
    },
  };
}
