import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { connectLocalHeroku, startLocalHeroku } from '../../src/local-heroku/server.ts';
import { claimFolder, findServer } from '../../src/local-heroku/server-file.ts';
import { openStore } from '../../src/local-heroku/store.ts';
import { putBlob, token, useTestHeroku } from './server.ts';

const heroku = useTestHeroku();
const inFolder = (name: string) => join(heroku.folder, name);

describe('the state', () => {
  test('survives a restart', async () => {
    const { body: app } = await heroku.call('POST', '/apps', { name: 'example' });
    await heroku.call('PATCH', '/apps/example/config-vars', { SECRET: 'one\ntwo' });
    const { body: slug } = await heroku.call('POST', '/apps/example/slugs', {
      process_types: { worker: 'x' },
    });
    await putBlob(slug.blob.url, Buffer.from('slug'));
    const release = await heroku.release('example', slug.id);
    await heroku.stop();
    await heroku.start();
    expect((await heroku.call('GET', '/apps/example')).body).toMatchObject({
      id: app.id,
      web_url: app.web_url,
      slug_size: 4,
    });
    expect((await heroku.call('GET', '/apps/example/config-vars')).body).toEqual({
      SECRET: 'one\ntwo',
    });
    expect((await heroku.call('GET', '/apps/example/releases/3')).body).toMatchObject({
      id: release.id,
      current: true,
    });
    expect((await heroku.call('POST', '/apps/example/releases', { slug: slug.id })).status).toBe(
      201,
    );
  });

  test('may be of a version that knew no add-ons and no pipelines', async () => {
    await heroku.createApp();
    await heroku.release('example', (await heroku.createUploadedSlug()).id);
    await heroku.stop();
    const {
      pipelines: _,
      promotions: __,
      ...state
    } = JSON.parse(await readFile(inFolder('state.json'), 'utf8'));
    for (const app of state.apps) delete app.addOns;
    for (const release of state.releases) {
      delete release.addOnPlans;
      delete release.withoutReleasePhase;
    }
    await writeFile(inFolder('state.json'), JSON.stringify(state));
    await heroku.start();
    expect((await heroku.call('GET', '/apps/example/releases/2')).body).toMatchObject({
      current: true,
      addon_plan_names: [],
    });
    expect((await heroku.call('GET', '/apps/example/addons')).body).toEqual([]);
    expect((await heroku.call('GET', '/pipelines')).body).toEqual([]);
    const { status } = await heroku.call('POST', '/apps/example/addons', { plan: 'heroku-redis' });
    expect(status).toBe(201);
  });

  test('has no half uploads of a server that was killed', async () => {
    await heroku.stop();
    await writeFile(inFolder('slugs/x.tgz.y.part'), 'half');
    await heroku.start();
    expect(await readdir(inFolder('slugs'))).toEqual([]);
  });

  test('keeps secrets from other users', async () => {
    expect((await stat(inFolder('state.json'))).mode & 0o077).toBe(0);
    expect((await stat(inFolder('server.json'))).mode & 0o077).toBe(0);
  });

  test('has failed releases where a server ended while they were pending', async () => {
    await heroku.call('POST', '/apps', { name: 'example' });
    await heroku.stop();
    const state = JSON.parse(await readFile(inFolder('state.json'), 'utf8'));
    state.releases[0].status = 'pending';
    await writeFile(inFolder('state.json'), JSON.stringify(state));
    await heroku.start();
    expect((await heroku.call('GET', '/apps/example/releases/1')).body.status).toBe('failed');
  });

  test.each([
    ['half a file', '{"format":1,'],
    ['another format', '{"format":2}'],
    [
      'pipelines without what they need',
      '{"format":1,"account":{"id":"","email":""},"signingKey":"","apps":[],"slugs":[],"releases":[],"pipelines":[{}]}',
    ],
    [
      'records without what they need',
      '{"format":1,"account":{"id":"","email":""},"signingKey":"","apps":[{"id":"x"}],"slugs":[],"releases":[]}',
    ],
  ])('that is damaged is refused, not overwritten: %s', async (_, text) => {
    await heroku.stop();
    await writeFile(inFolder('state.json'), text);
    const started = heroku.start();
    await expect(started).rejects.toThrow(DeployError);
    await expect(started).rejects.toThrow(/state\.json cannot be used/);
    await expect(started).rejects.toMatchObject({
      remedy: expect.stringContaining('local destroy'),
    });
    expect(await readFile(inFolder('state.json'), 'utf8')).toBe(text);
    expect(await readdir(heroku.folder)).not.toContain('server.json');
  });

  test('needs a folder that can be written', async () => {
    await writeFile(inFolder('file'), '');
    await expect(startLocalHeroku({ folder: inFolder('file/below'), token })).rejects.toThrow(
      'cannot keep its state',
    );
  });

  test('changes whole or not at all, one change after another', async () => {
    await heroku.stop();
    const store = await openStore(heroku.folder);
    const names = ['a', 'b', 'c'];
    await Promise.all(
      names.map((email) =>
        store.update(({ account }) => {
          account.email += email;
        }),
      ),
    );
    expect(store.state.account.email).toMatch(/abc$/);
    const before = store.state;
    await expect(
      store.update((state) => {
        state.account.email = 'half';
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await rename(heroku.folder, `${heroku.folder}-away`);
    await expect(
      store.update((state) => {
        state.account.email = 'lost';
      }),
    ).rejects.toThrow('ENOENT');
    await rename(`${heroku.folder}-away`, heroku.folder);
    expect(store.state).toBe(before);
    await store.update((state) => {
      state.account.email = 'kept';
    });
    expect((await openStore(heroku.folder)).state.account.email).toBe('kept');
  });
});

describe('the folder', () => {
  test('is served by one server, which a second caller finds', async () => {
    const second = startLocalHeroku({ folder: heroku.folder, token: 'another' });
    await expect(second).rejects.toThrow(
      `already served at ${heroku.url} by process ${process.pid}`,
    );
    expect(await findServer(heroku.folder)).toEqual({
      url: heroku.url,
      token,
      processId: process.pid,
    });
    const connected = await connectLocalHeroku({ folder: heroku.folder, token: 'another' });
    expect(connected).toMatchObject({ url: heroku.url, token });
    await connected.stop();
    expect((await heroku.call('GET', '/account')).status).toBe(200);
  });

  test('is free again after the server has stopped', async () => {
    await heroku.stop();
    expect(await findServer(heroku.folder)).toBeUndefined();
    expect(await readdir(heroku.folder)).not.toContain('server.json');
    const connected = await connectLocalHeroku({ folder: heroku.folder, token });
    await connected.stop();
  });

  test.each([
    ['of a process that ended', { url: 'http://127.0.0.1:1', token: 't', processId: 2 ** 22 + 1 }],
    [
      'whose process id is another process’s now',
      { url: 'http://127.0.0.1:1', token: 't', processId: 1 },
    ],
    ['that is damaged', 'half a fi'],
  ])('is taken over from a server file %s', async (_, stale) => {
    await heroku.stop();
    await writeFile(
      inFolder('server.json'),
      JSON.stringify(stale).slice(0, -1) + (typeof stale === 'string' ? '' : '}'),
    );
    await heroku.start();
    expect(await findServer(heroku.folder)).toMatchObject({ url: heroku.url });
    expect((await readdir(heroku.folder)).filter((name) => name.startsWith('server.json'))).toEqual(
      ['server.json'],
    );
  });

  test('goes to one of many that start at once, stale file or not', async () => {
    await heroku.stop();
    await writeFile(
      inFolder('server.json'),
      '{"url":"http://127.0.0.1:1","token":"","processId":4194305}',
    );
    const starts = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        startLocalHeroku({ folder: heroku.folder, token: `t${index}` }),
      ),
    );
    const started = starts.filter((one) => one.status === 'fulfilled');
    const refused = starts.filter((one) => one.status === 'rejected');
    expect(started).toHaveLength(1);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(DeployError);
    expect(await findServer(heroku.folder)).toMatchObject({ url: started[0]?.value.url });
    await started[0]?.value.stop();
  });

  test('may be let go twice', async () => {
    await heroku.stop();
    const server = { url: 'http://127.0.0.1:1', token, processId: process.pid };
    const letGo = await claimFolder(heroku.folder, server);
    await letGo();
    await letGo();
  });
});

test('a port that is taken is named', async () => {
  const port = Number(new URL(heroku.url).port);
  const started = startLocalHeroku({ folder: inFolder('other'), token, port });
  await expect(started).rejects.toThrow(`cannot listen on port ${port}`);
  await expect(started).rejects.toThrow(DeployError);
});
