import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createSlugTicket,
  type NewSlug,
  readSlug,
  shipSlug,
  uploadSlug,
} from '../../src/heroku/slugs.ts';
import { cut, early, json, rejection, setUp, status, text } from './scripted-server.ts';

const slug: NewSlug = {
  processTypes: { web: 'npm start', worker: 'node worker.js' },
  stack: 'heroku-24',
  checksum: 'SHA256:00ff',
  commit: { id: 'abc123', subject: 'Sell café' },
  description: 'node (heroku-docker-release)',
};

describe('a new slug', () => {
  test('is announced with all that the platform shows of it', async () => {
    const { server, client } = await setUp();
    server.answers(json({ id: 's-1', blob: { method: 'put', url: `${server.url}/blob` } }, 201));
    expect(await createSlugTicket(client, 'shop', slug)).toEqual({
      id: 's-1',
      uploadUrl: `${server.url}/blob`,
    });
    expect(server.calls).toEqual(['POST /apps/shop/slugs']);
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({
      process_types: { web: 'npm start', worker: 'node worker.js' },
      stack: 'heroku-24',
      checksum: 'SHA256:00ff',
      commit: 'abc123',
      commit_description: 'Sell café',
      buildpack_provided_description: 'node (heroku-docker-release)',
    });
  });

  test.each([
    ['no commit', undefined, {}],
    ['a commit without a subject', { id: 'abc123', subject: undefined }, { commit: 'abc123' }],
  ])('says only what is known: %s', async (_, commit, said) => {
    const { server, client } = await setUp();
    server.answers(json({ id: 's-1', blob: { url: `${server.url}/blob` } }, 201));
    await createSlugTicket(client, 'shop', { ...slug, commit });
    const { commit: id, commit_description } = JSON.parse(String(server.requests[0]?.body));
    expect({ commit: id, commit_description }).toEqual({ ...said });
  });

  test('that nobody uses does no harm, so the call may be repeated', async () => {
    const { server, client } = await setUp();
    const blob = { url: `${server.url}/blob` };
    server.answers(cut, status(503, { id: 'down', message: '' }), json({ id: 's-3', blob }, 201));
    expect(await createSlugTicket(client, 'shop', slug)).toMatchObject({ id: 's-3' });
  });

  test('has a signed URL that is never shown, nor its parameters', async () => {
    const { server, client, reporter } = await setUp();
    const url = 'https://blobs.example/slug?X-Amz-Signature=0a1b&X-Amz-Expires=3600';
    server.answers(json({ id: 's-1', blob: { url } }, 201));
    await createSlugTicket(client, 'shop', slug);
    expect(reporter.secrets).toEqual(
      expect.arrayContaining([url, '?X-Amz-Signature=0a1b&X-Amz-Expires=3600']),
    );
  });
});

const bytes = Buffer.alloc(1_000_000, 'slug file ');

async function slugFile(content = bytes) {
  const folder = await mkdtemp(join(tmpdir(), 'slug-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'slug.tgz');
  await writeFile(path, content);
  return { path, sizeBytes: content.length };
}

describe('a slug', () => {
  const path = 'GET /apps/shop/slugs/s-1';

  test('is read with what an unchanged one is known by', async () => {
    const { server, client, reporter } = await setUp();
    const url = 'https://blobs.example/slug?Signature=0a1b';
    server.answers(
      json({
        id: 's-1',
        blob: { method: 'get', url },
        checksum: 'SHA256:00ff',
        commit: 'abc123',
        process_types: { web: 'npm start' },
        size: 2048,
        stack: { id: 'x', name: 'heroku-24' },
      }),
    );
    expect(await readSlug(client, 'shop', 's-1')).toEqual({
      id: 's-1',
      checksum: 'SHA256:00ff',
      processTypes: { web: 'npm start' },
      stack: 'heroku-24',
    });
    expect(server.calls).toEqual([path]);
    expect(reporter.secrets).toContain(url);
  });

  test('may be of someone who said nothing about it', async () => {
    const { server, client } = await setUp();
    const unsaid = { checksum: null, commit: null, size: null };
    const blob = { url: 'https://blobs.example/slug' };
    server.answers(
      json({ ...unsaid, id: 's-1', blob, process_types: {}, stack: { name: 'heroku-24' } }),
    );
    expect(await readSlug(client, 'shop', 's-1')).toMatchObject({ checksum: undefined });
  });

  test('that the platform threw away is none; one that may not be seen is an error', async () => {
    const { server, client } = await setUp();
    server.answers(
      status(404, { id: 'not_found', message: 'Couldn’t find that slug.' }),
      status(403, { id: 'forbidden', message: 'No.' }),
    );
    expect(await readSlug(client, 'shop', 's-1')).toBeUndefined();
    expect(await rejection(readSlug(client, 'shop', 's-1'))).toMatchObject({ status: 403 });
  });
});

describe('a slug on its way', () => {
  const post = 'POST /apps/shop/slugs';
  const refusal = (code: string, message: string) =>
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const expired = text(refusal('AccessDenied', 'Request has expired'), 403);

  function ticket(url: string, id: string) {
    return json({ id, blob: { method: 'put', url: `${url}/blob?for=${id}` } }, 201);
  }

  test('is announced, uploaded and named', async () => {
    const { server, client } = await setUp();
    server.answers(ticket(server.url, 's-1'), text(''));
    expect(await shipSlug(client, 'shop', slug, await slugFile())).toBe('s-1');
    expect(server.calls).toEqual([post, 'PUT /blob?for=s-1']);
  });

  test.each([
    ['the URL', expired],
    ['its credentials', text(refusal('ExpiredToken', 'The provided token has expired.'), 400)],
  ])('begins again as a new one where %s expired', async (_, answer) => {
    const { server, client, reporter } = await setUp();
    server.answers(
      ticket(server.url, 's-1'),
      answer,
      ticket(server.url, 's-2'),
      answer,
      ticket(server.url, 's-3'),
      text(''),
    );
    expect(await shipSlug(client, 'shop', slug, await slugFile())).toBe('s-3');
    expect(server.calls.filter((call) => call === post)).toHaveLength(3);
    expect(server.requests.at(-1)?.path).toBe('/blob?for=s-3');
    expect(server.requests.at(-1)?.body.equals(bytes)).toBe(true);
    expect(reporter.infos.join()).toContain('expired');
  });

  test('is given up where each URL expires', async () => {
    const { server, client } = await setUp();
    for (const id of ['s-1', 's-2', 's-3']) server.answers(ticket(server.url, id), expired);
    const error = await rejection(shipSlug(client, 'shop', slug, await slugFile()));
    expect(error).toMatchObject({ status: 403, id: 'AccessDenied' });
    expect(server.calls).toHaveLength(6);
  });

  test('that is refused for another reason does not begin again', async () => {
    const { server, client } = await setUp();
    server.answers(ticket(server.url, 's-1'), text(refusal('AccessDenied', 'Access Denied'), 403));
    const error = await rejection(shipSlug(client, 'shop', slug, await slugFile()));
    expect(error).toMatchObject({ id: 'AccessDenied' });
    expect(server.calls).toHaveLength(2);
  });
});

describe('the slug’s file', () => {
  test('arrives whole, and its user sees how far it is', async () => {
    const { server, client, reporter } = await setUp();
    server.answers(text(''));
    const ticket = { id: 's-1', uploadUrl: `${server.url}/blob?sig=1` };
    await uploadSlug(client, ticket, await slugFile());
    expect(server.calls).toEqual(['PUT /blob?sig=1']);
    expect(server.requests[0]?.body.equals(bytes)).toBe(true);
    expect(server.requests[0]?.headers['content-length']).toBe('1000000');
    const done = reporter.transfers.map(({ doneBytes }) => doneBytes);
    expect(done).toEqual([...done].sort((one, other) => one - other));
    expect(done.length).toBeGreaterThan(2);
    expect(reporter.transfers.at(-1)).toEqual({
      label: 'Uploading',
      doneBytes: 1_000_000,
      totalBytes: 1_000_000,
    });
  });

  test('is sent again from its beginning', async () => {
    const { server, client } = await setUp();
    server.answers(early(cut), cut, text(''));
    await uploadSlug(client, { id: 's-1', uploadUrl: `${server.url}/blob` }, await slugFile());
    expect(server.requests.at(-1)?.body.equals(bytes)).toBe(true);
  });

  test('of no bytes is a PUT all the same', async () => {
    const { server, client } = await setUp();
    server.answers(text(''));
    const file = await slugFile(Buffer.alloc(0));
    await uploadSlug(client, { id: 's-1', uploadUrl: `${server.url}/blob` }, file);
    expect(server.requests[0]?.headers['content-length']).toBe('0');
  });

  test('that is gone is named', async () => {
    const { server, client } = await setUp();
    const ticket = { id: 's-1', uploadUrl: `${server.url}/blob` };
    const error = await rejection(
      uploadSlug(client, ticket, { path: '/gone/slug.tgz', sizeBytes: 1 }),
    );
    expect(error).toMatchObject({ message: expect.stringContaining('/gone/slug.tgz') });
  });
});
