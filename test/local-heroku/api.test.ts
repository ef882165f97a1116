import { randomUUID } from 'node:crypto';
import { rm, truncate } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { schemaProblems } from './official-schema.ts';
import { expectRefusal, putBlob, useTestHeroku } from './server.ts';

const heroku = useTestHeroku();
const version3 = 'application/vnd.heroku+json; version=3';

const createApp = (name?: string, more?: object) => heroku.createApp(name, more);
const createSlug = (app?: string, more?: object) => heroku.createSlug(app, more);
const createUploadedSlug = (app?: string, more?: object) => heroku.createUploadedSlug(app, more);

/** Clients set a length by themselves, so this one writes what it sends. */
async function putWithoutLength(url: string): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `PUT ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`,
  );
  return (await socket.setEncoding('utf8').toArray()).join('');
}

describe('every call', () => {
  test('must ask for version 3', async () => {
    for (const accept of [
      '*/*',
      'application/json',
      `${version3}.sdk`,
      'application/vnd.heroku+json',
    ]) {
      expectRefusal(
        await heroku.call('GET', '/account', undefined, { accept }),
        406,
        'not_acceptable',
        'version=3',
      );
    }
    const accept = `text/html, ${version3}; q=1`;
    expect(await heroku.call('GET', '/account', undefined, { accept })).toMatchObject({
      status: 200,
    });
  });

  test('must bring the token', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic SFJLVS10ZXN0', 'HRKU-test']) {
      const answer = await heroku.call('GET', '/apps/none', undefined, { authorization });
      expectRefusal(answer, 401, 'unauthorized', 'Invalid credentials provided.');
    }
  });

  test('has an id of its own and says how many are left', async () => {
    const [first, second] = [
      await heroku.call('GET', '/account'),
      await heroku.call('GET', '/nowhere'),
    ];
    expect(first.headers['request-id']).toMatch(/^[\da-f-]{36}$/);
    expect(second.headers['request-id']).not.toBe(first.headers['request-id']);
    expect(Number(first.headers['ratelimit-remaining'])).toBeLessThan(4500);
    expect(Number(second.headers['ratelimit-remaining'])).toBeLessThanOrEqual(
      Number(first.headers['ratelimit-remaining']),
    );
    const limits = await heroku.call('GET', '/account/rate-limits');
    expect(schemaProblems('rate-limit', limits.body)).toEqual([]);
  });

  test('must be one that there is, with a body that is JSON', async () => {
    expectRefusal(await heroku.call('GET', '/nowhere'), 404, 'not_found', 'endpoint');
    expectRefusal(await heroku.call('DELETE', '/account'), 404, 'not_found', 'endpoint');
    expectRefusal(await heroku.call('POST', '/apps', '{"name":'), 400, 'bad_request', 'not JSON');
    expectRefusal(await heroku.call('POST', '/apps', [1]), 400, 'bad_request', 'JSON object');
    expectRefusal(
      await heroku.call('POST', '/apps', ' '.repeat(2 ** 20 + 1)),
      413,
      'bad_request',
      'too long',
    );
  });

  test('stops at the rate limit', async () => {
    for (let remaining = 1; remaining > 0; ) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => heroku.call('GET', '/account')),
      );
      remaining = Math.min(...answers.map(({ headers }) => Number(headers['ratelimit-remaining'])));
    }
    expectRefusal(await heroku.call('GET', '/account'), 429, 'rate_limit', 'rate limit');
  });
});

describe('apps', () => {
  test('are made, found by name and id, listed, changed and removed', async () => {
    const { status, body: app } = await heroku.call('POST', '/apps', { name: 'example' });
    expect(status).toBe(201);
    expect(schemaProblems('app', app)).toEqual([]);
    expect(app).toMatchObject({
      name: 'example',
      generation: { name: 'cedar' },
      stack: { name: 'heroku-24' },
      build_stack: { name: 'heroku-24' },
      slug_size: null,
    });
    expect((await heroku.call('GET', '/apps/example')).body).toEqual(app);
    expect((await heroku.call('GET', `/apps/${app.id}`)).body).toEqual(app);
    const other = await createApp('another-one', { stack: 'heroku-22' });
    expect(other.web_url).not.toBe(app.web_url);
    const { body: list } = await heroku.call('GET', '/apps');
    expect(list.map(({ name }: { name: string }) => name)).toEqual(['another-one', 'example']);
    const changes = { name: 'renamed', build_stack: 'heroku-26', maintenance: true };
    const { body: changed } = await heroku.call('PATCH', '/apps/example', changes);
    expect(schemaProblems('app', changed)).toEqual([]);
    expect(changed).toMatchObject({
      name: 'renamed',
      stack: { name: 'heroku-24' },
      build_stack: { name: 'heroku-26' },
      maintenance: true,
    });
    expect(await heroku.call('DELETE', '/apps/renamed')).toMatchObject({
      status: 200,
      body: { id: app.id },
    });
    expectRefusal(
      await heroku.call('GET', `/apps/${app.id}`),
      404,
      'not_found',
      "Couldn't find that app.",
    );
  });

  test('get a name where none is given', async () => {
    const { body } = await heroku.call('POST', '/apps');
    expect(schemaProblems('app', body)).toEqual([]);
  });

  test('have names and stacks that the platform takes', async () => {
    await createApp('taken');
    await createApp('other');
    for (const name of ['Upper', '1digit', 'a', 'under_score', 'ends-', 'a'.repeat(31), 7]) {
      expectRefusal(
        await heroku.call('POST', '/apps', { name }),
        422,
        'invalid_params',
        /^name must/,
      );
    }
    expectRefusal(
      await heroku.call('POST', '/apps', { name: 'taken' }),
      422,
      'invalid_params',
      'already taken',
    );
    expectRefusal(
      await heroku.call('PATCH', '/apps/other', { name: 'taken' }),
      422,
      'invalid_params',
      'already taken',
    );
    expectRefusal(
      await heroku.call('POST', '/apps', { stack: 'heroku-1' }),
      422,
      'invalid_params',
      'Stack heroku-1 is not known',
    );
    expectRefusal(
      await heroku.call('PATCH', '/apps/other', { build_stack: 'none' }),
      422,
      'invalid_params',
      'not known',
    );
  });

  test('of another kind can be made, and take no slugs', async () => {
    await createApp('fir-app', { generation: 'fir' });
    await createApp('cnb-app', { stack: 'cnb' });
    await createApp('container-app', { stack: 'container' });
    expect((await heroku.call('GET', '/apps/fir-app')).body).toMatchObject({
      generation: { name: 'fir' },
    });
    for (const app of ['fir-app', 'cnb-app', 'container-app']) {
      const answer = await heroku.call('POST', `/apps/${app}/slugs`, {
        process_types: {},
        stack: 'heroku-24',
      });
      expectRefusal(answer, 422, 'invalid_params', 'cannot have a slug');
    }
  });
});

describe('stacks', () => {
  test('are as the schema has them, by name and id', async () => {
    const { body: stacks } = await heroku.call('GET', '/stacks');
    for (const stack of stacks) {
      expect(schemaProblems('stack', stack)).toEqual([]);
      expect((await heroku.call('GET', `/stacks/${stack.name}`)).body).toEqual(stack);
      expect((await heroku.call('GET', `/stacks/${stack.id}`)).body).toEqual(stack);
    }
    expectRefusal(await heroku.call('GET', '/stacks/heroku-1'), 404, 'not_found', 'stack');
  });
});

describe('slugs', () => {
  test('are made with what the client says of them', async () => {
    await createApp();
    const said = {
      process_types: { web: 'node server.js', 'worker-2': 'x' },
      stack: 'heroku-22',
      checksum: 'SHA256:00',
      commit: 'abc',
      commit_description: 'subject',
      buildpack_provided_description: 'Docker',
    };
    const { status, body: slug } = await heroku.call('POST', '/apps/example/slugs', said);
    expect(status).toBe(201);
    expect(schemaProblems('slug', slug)).toEqual([]);
    expect(slug).toMatchObject({
      ...said,
      stack: { name: 'heroku-22' },
      size: null,
      blob: { method: 'put' },
    });
    await putBlob(slug.blob.url, Buffer.from('bytes'));
    const { body: found } = await heroku.call('GET', `/apps/example/slugs/${slug.id}`);
    expect(schemaProblems('slug', found)).toEqual([]);
    expect(found).toMatchObject({
      ...said,
      stack: { name: 'heroku-22' },
      size: 5,
      blob: { method: 'get' },
    });
    expect(await (await request(found.blob.url)).body.text()).toBe('bytes');
  });

  test('need process types with the platform’s names, a known stack and an app', async () => {
    await createApp();
    const refused = async (body: object, message: RegExp) =>
      expectRefusal(
        await heroku.call('POST', '/apps/example/slugs', body),
        422,
        'invalid_params',
        message,
      );
    await refused({}, /must have required property 'process_types'/);
    await refused({ process_types: 'web: x' }, /process_types must be object/);
    await refused(
      { process_types: { 'no spaces': 'x' } },
      /process_types must NOT have additional properties \(no spaces\)/,
    );
    await refused({ process_types: { ['w'.repeat(129)]: 'x' } }, /must NOT have additional/);
    await refused({ process_types: { web: 1 } }, /process_types.web must be string/);
    await refused({ process_types: {}, stack: 'heroku-1' }, /Stack heroku-1 is not known/);
    await refused({ process_types: {}, stack: 'container' }, /cannot have a slug/);
    await refused({ process_types: {}, commit: 1 }, /commit must be/);
    expectRefusal(
      await heroku.call('POST', '/apps/none/slugs', { process_types: {} }),
      404,
      'not_found',
      'app',
    );
    expectRefusal(
      await heroku.call('GET', `/apps/example/slugs/${randomUUID()}`),
      404,
      'not_found',
      'slug',
    );
  });
});

describe('a slug’s blob', () => {
  test('is refused as S3 refuses it', async () => {
    await createApp();
    const { blob } = await createSlug();
    const bytes = Buffer.from('slug');
    expect(await putBlob(blob.url, bytes, { 'content-type': 'application/gzip' })).toMatchObject({
      status: 403,
      text: expect.stringContaining('SignatureDoesNotMatch'),
    });
    expect(await putBlob(blob.url, bytes, { authorization: 'Bearer HRKU-test' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('InvalidArgument'),
    });
    expect(
      await putBlob(blob.url.replace(/Signature=[^&]+/, 'Signature=%C3%A4'), bytes),
    ).toMatchObject({ status: 403 });
    expect(
      await putBlob(blob.url.replace(/Expires=\d+/, 'Expires=9999999999'), bytes),
    ).toMatchObject({ status: 403 });
    const chunked = await fetch(blob.url, {
      method: 'PUT',
      body: new Blob(['slug']).stream(),
      duplex: 'half',
    } as RequestInit);
    expect([chunked.status, await chunked.text()]).toEqual([
      501,
      expect.stringContaining('NotImplemented'),
    ]);
    expect(await putWithoutLength(blob.url)).toMatch(/^HTTP\/1\.1 411 .*MissingContentLength/s);
    expect((await request(blob.url)).statusCode).toBe(403);
  });

  test('cannot be stored once its URL has expired', async () => {
    await createApp();
    const { blob } = await createSlug();
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_601_000);
    try {
      expect(await putBlob(blob.url, Buffer.from('slug'))).toMatchObject({
        status: 403,
        text: expect.stringContaining('Request has expired'),
      });
    } finally {
      vi.restoreAllMocks();
    }
  });

  test('has a URL that lasts as long as the server was told', async () => {
    await heroku.stop();
    await heroku.start({ blobLifetimeSeconds: -1 });
    await createApp();
    const { blob } = await createSlug();
    expect(await putBlob(blob.url, Buffer.from('slug'))).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Code>AccessDenied</Code>'),
    });
    const { body } = await heroku.call('POST', '/apps/example/log-sessions', {});
    expect((await request(body.logplex_url)).statusCode).toBe(200);
  });

  test('that was cut off is not there', async () => {
    await createApp();
    const slug = await createSlug();
    const body = async function* () {
      yield Buffer.from('half');
      throw new Error('cut off');
    };
    await expect(
      request(slug.blob.url, {
        method: 'PUT',
        body: Readable.from(body()),
        headers: { 'content-length': '100' },
      }),
    ).rejects.toThrow();
    const answer = await heroku.call('POST', '/apps/example/releases', { slug: slug.id });
    expectRefusal(answer, 422, 'invalid_params', 'not been uploaded');
  });
});

describe('releases', () => {
  test('begin with one that has no slug', async () => {
    await createApp();
    const { body } = await heroku.call('GET', '/apps/example/releases');
    expect(body).toMatchObject([
      {
        version: 1,
        status: 'succeeded',
        current: true,
        slug: null,
        description: 'Initial release',
        eligible_for_rollback: false,
      },
    ]);
    expect(schemaProblems('release', body[0])).toEqual([]);
  });

  test('of a slug are pending, then succeed and are current', async () => {
    const app = await createApp('example', { stack: 'heroku-22' });
    await heroku.call('PATCH', '/apps/example', { build_stack: 'heroku-24' });
    const slug = await createUploadedSlug('example', {
      stack: 'heroku-24',
      commit: '0123456789abcdef',
    });
    const { status, body: release } = await heroku.call('POST', '/apps/example/releases', {
      slug: slug.id,
    });
    expect(status).toBe(201);
    expect(schemaProblems('release', release)).toEqual([]);
    expect(release).toMatchObject({
      version: 2,
      status: 'pending',
      current: false,
      slug: { id: slug.id },
      description: 'Deploy 01234567',
      output_stream_url: null,
    });
    const finished = await heroku.finished('example', release.id);
    expect(schemaProblems('release', finished)).toEqual([]);
    expect(finished).toMatchObject({
      id: release.id,
      status: 'succeeded',
      current: true,
      eligible_for_rollback: true,
    });
    expect((await heroku.call('GET', '/apps/example/releases/2')).body).toEqual(finished);
    const { body: released } = await heroku.call('GET', '/apps/example');
    expect(schemaProblems('app', released)).toEqual([]);
    expect(released).toMatchObject({
      web_url: app.web_url,
      slug_size: 4,
      stack: { name: 'heroku-24' },
    });
  });

  test('of the same slug can be made again, with a description', async () => {
    await createApp();
    const slug = await createUploadedSlug();
    await heroku.release('example', slug.id);
    const { body } = await heroku.call('POST', '/apps/example/releases', {
      slug: slug.id,
      description: 'Again',
    });
    expect(await heroku.finished('example', body.id)).toMatchObject({
      version: 3,
      description: 'Again',
      current: true,
    });
  });

  test('need a slug of this app that was uploaded whole and is not too large', async () => {
    await createApp();
    await createApp('other');
    const refused = async (body: unknown, status: number, id: string, message: RegExp) =>
      expectRefusal(await heroku.call('POST', '/apps/example/releases', body), status, id, message);
    await refused({}, 422, 'invalid_params', /required property 'slug'/);
    await refused({ slug: 'no-id' }, 422, 'invalid_params', /slug must match format "uuid"/);
    await refused({ slug: randomUUID() }, 404, 'not_found', /slug/);
    await refused({ slug: (await createUploadedSlug('other')).id }, 404, 'not_found', /slug/);
    await refused({ slug: (await createSlug()).id }, 422, 'invalid_params', /not been uploaded/);
    const mismatched = await createUploadedSlug('example', {
      checksum: `SHA256:${'0'.repeat(64)}`,
    });
    await refused({ slug: mismatched.id }, 422, 'invalid_params', /checksum/);
    const large = await createUploadedSlug();
    await truncate(join(heroku.folder, 'slugs', `${large.id}.tgz`), 2 ** 30 + 1);
    await refused({ slug: large.id }, 422, 'invalid_params', /too large/);
    expectRefusal(
      await heroku.call('POST', '/apps/none/releases', { slug: large.id }),
      404,
      'not_found',
      'app',
    );
    expectRefusal(
      await heroku.call('GET', '/apps/example/releases/9'),
      404,
      'not_found',
      'release',
    );
    expect((await heroku.call('GET', '/apps/example/releases')).body).toHaveLength(1);
  });

  test('roll back to the slug and config vars of another', async () => {
    await createApp();
    await heroku.call('PATCH', '/apps/example/config-vars', { COLOUR: 'red' });
    const slug = await createUploadedSlug();
    const first = await heroku.release('example', slug.id);
    await heroku.call('PATCH', '/apps/example/config-vars', { COLOUR: 'blue' });
    const other = await createUploadedSlug();
    await heroku.release('example', other.id);
    const { status, body } = await heroku.call('POST', '/apps/example/releases', {
      release: first.id,
    });
    expect(status).toBe(201);
    expect(schemaProblems('release', body)).toEqual([]);
    const finished = await heroku.finished('example', body.id);
    expect(finished).toMatchObject({
      version: 6,
      description: 'Rollback to v3',
      slug: { id: slug.id },
      current: true,
    });
    expect((await heroku.call('GET', '/apps/example/config-vars')).body).toEqual({ COLOUR: 'red' });
    const { body: ofRelease } = await heroku.call('GET', `/apps/example/releases/5/config-vars`);
    expect(ofRelease).toEqual({ COLOUR: 'blue' });
  });

  test('roll back only to one that succeeded with a slug', async () => {
    await createApp();
    const {
      body: [initial],
    } = await heroku.call('GET', '/apps/example/releases');
    const refused = async (release: unknown, status: number, message: RegExp) =>
      expectRefusal(
        await heroku.call('POST', '/apps/example/releases', { release }),
        status,
        status === 404 ? 'not_found' : 'invalid_params',
        message,
      );
    await refused(initial.id, 422, /v1 is not eligible/);
    await refused(randomUUID(), 404, /release/);
    await refused('v1', 422, /release must match format "uuid"/);
  });

  test('expire when their slug is gone, and cannot be gone back to then', async () => {
    await createApp();
    const slug = await createUploadedSlug();
    const old = await heroku.release('example', slug.id);
    expect(old).toMatchObject({ status: 'succeeded', eligible_for_rollback: true });
    await heroku.release('example', (await createUploadedSlug()).id);
    await rm(join(heroku.folder, 'slugs', `${slug.id}.tgz`));
    const { body: expired } = await heroku.call('GET', '/apps/example/releases/2');
    expect(expired).toMatchObject({ status: 'expired', eligible_for_rollback: false });
    expect(schemaProblems('release', expired)).toEqual([]);
    const post = (body: object) => heroku.call('POST', '/apps/example/releases', body);
    expectRefusal(await post({ release: old.id }), 422, 'invalid_params', /v2 is not eligible/);
    expectRefusal(await post({ slug: slug.id }), 404, 'not_found', 'slug');
    const path = `/apps/example/slugs/${slug.id}`;
    expectRefusal(await heroku.call('GET', path), 404, 'not_found', 'slug');
  });

  test('are listed in pages', async () => {
    await createApp();
    for (const n of [2, 3, 4, 5])
      await heroku.call('PATCH', '/apps/example/config-vars', { N: String(n) });
    const page = async (range?: string) => {
      const { status, headers, body } = await heroku.call(
        'GET',
        '/apps/example/releases',
        undefined,
        range ? { range } : {},
      );
      return [
        status,
        body.map(({ version }: { version: number }) => version),
        headers['next-range'],
      ];
    };
    expect(await page()).toEqual([200, [1, 2, 3, 4, 5], undefined]);
    expect(await page('version ..; max=2, order=desc')).toEqual([
      206,
      [5, 4],
      'version ]4..; max=2, order=desc',
    ]);
    expect(await page('version ]4..; max=2, order=desc')).toEqual([
      206,
      [3, 2],
      'version ]2..; max=2, order=desc',
    ]);
    expect(await page('version ]2..; max=2, order=desc')).toEqual([200, [1], undefined]);
    expect(await page('version 2..4; max=10;')).toEqual([200, [2, 3, 4], undefined]);
    expect(await page('version ]9..')).toEqual([200, [], undefined]);
    const answer = await heroku.call('GET', '/apps/example/releases', undefined, {
      range: 'version ..; max=3',
    });
    expect(answer.headers).toMatchObject({
      'accept-ranges': 'version, id',
      'content-range': 'version 1..3',
    });
    for (const range of ['bytes=0-1', 'colour ..', 'version ..; max=0', 'version ..; max=x']) {
      expectRefusal(
        await heroku.call('GET', '/apps/example/releases', undefined, { range }),
        416,
        'requested_range_not_satisfiable',
        'Range',
      );
    }
  });
});

describe('config vars', () => {
  test('are set, changed and removed, each time with a release', async () => {
    await createApp();
    const patch = (changes: object) => heroku.call('PATCH', '/apps/example/config-vars', changes);
    const set = await patch({ A: '1', MULTI: 'one\ntwo', EMPTY: '' });
    expect(set).toMatchObject({ status: 200, body: { A: '1', MULTI: 'one\ntwo', EMPTY: '' } });
    expect(schemaProblems('config-var/definitions/config_vars', set.body)).toEqual([]);
    expect((await patch({ A: '2', B: '3', MULTI: null, NONE: null })).body).toEqual({
      A: '2',
      B: '3',
      EMPTY: '',
    });
    expect((await patch({ A: '2' })).body).toEqual({ A: '2', B: '3', EMPTY: '' });
    expect((await heroku.call('GET', '/apps/example/config-vars')).body).toEqual({
      A: '2',
      B: '3',
      EMPTY: '',
    });
    const { body: releases } = await heroku.call('GET', '/apps/example/releases');
    expect(releases.map(({ description }: { description: string }) => description)).toEqual([
      'Initial release',
      'Set A, MULTI, EMPTY config vars',
      'Set A, B config vars and Remove MULTI config vars',
    ]);
  });

  test('have names and values that the platform takes', async () => {
    await createApp();
    for (const changes of [{ 'NO-DASH': 'x' }, { N: 1 }, { N: { deep: 'x' } }]) {
      const answer = await heroku.call('PATCH', '/apps/example/config-vars', changes);
      expectRefusal(answer, 422, 'invalid_params', /must/);
    }
    expect((await heroku.call('GET', '/apps/example/releases')).body).toHaveLength(1);
  });
});

describe('the formation', () => {
  test('comes with the first release and is scaled', async () => {
    await createApp();
    expect((await heroku.call('GET', '/apps/example/formation')).body).toEqual([]);
    const slug = await createUploadedSlug('example', {
      process_types: { worker: 'work', clock: 'tick' },
    });
    await heroku.release('example', slug.id);
    const { body } = await heroku.call('GET', '/apps/example/formation');
    expect(body).toMatchObject([
      { type: 'clock', quantity: 0, command: 'tick' },
      { type: 'worker', quantity: 0, command: 'work' },
    ]);
    for (const one of body) expect(schemaProblems('formation', one)).toEqual([]);
    expect((await heroku.call('GET', '/apps/example/formation/worker')).body).toEqual(body[1]);
    expect(
      await heroku.call('PATCH', '/apps/example/formation', {
        updates: [{ type: 'worker', quantity: 0 }],
      }),
    ).toMatchObject({ status: 200, body: [{ type: 'worker', quantity: 0 }] });
    expect(await heroku.call('PATCH', '/apps/example/formation/clock', {})).toMatchObject({
      status: 200,
      body: { type: 'clock', quantity: 0 },
    });
  });

  test('is not scaled beyond what can be', async () => {
    await createApp();
    await heroku.release('example', (await createUploadedSlug()).id);
    const patch = (update: object) =>
      heroku.call('PATCH', '/apps/example/formation', { updates: [update] });
    expectRefusal(
      await patch({ type: 'worker', quantity: 2 }),
      422,
      'invalid_params',
      'more than 1',
    );
    expectRefusal(await patch({ type: 'worker', quantity: -1 }), 422, 'invalid_params', 'negative');
    expectRefusal(
      await patch({ type: 'worker', quantity: 1.5 }),
      422,
      'invalid_params',
      'updates.0.quantity must be integer',
    );
    expectRefusal(await patch({ quantity: 1 }), 422, 'invalid_params', "required property 'type'");
    expectRefusal(
      await patch({ type: 'web', quantity: 1 }),
      404,
      'not_found',
      /process type \(web\)/,
    );
    expectRefusal(
      await heroku.call('PATCH', '/apps/example/formation', {}),
      422,
      'invalid_params',
      'updates',
    );
  });
});

describe('the log', () => {
  test('says what the platform did', async () => {
    await createApp();
    await heroku.release('example', (await createUploadedSlug()).id);
    const { body, status } = await heroku.call('POST', '/apps/example/log-sessions', {});
    expect(status).toBe(201);
    const text = await (await request(body.logplex_url)).body.text();
    expect(text).toMatch(
      /^\d{4}-\S+Z heroku\[release\]: v2: Deploy [\da-f]{8}\n\S+ heroku\[release\]: v2 succeeded\n$/,
    );
    expect(heroku.lines).toContain('example release: v2 succeeded');
    expect((await request(`${heroku.url}/logs/x`)).statusCode).toBe(403);
  });
});

test('dynos: none without one that was started', async () => {
  await createApp();
  expect((await heroku.call('GET', '/apps/example/dynos')).body).toEqual([]);
  expectRefusal(await heroku.call('GET', '/apps/example/dynos/web.1'), 404, 'not_found', 'dyno');
  expectRefusal(
    await heroku.call('POST', '/apps/example/dynos/web.1/actions/stop', {}),
    404,
    'not_found',
    'dyno',
  );
});
