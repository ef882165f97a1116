import { describe, expect, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import {
  createRelease,
  findCurrentRelease,
  listReleases,
  type Release,
  readRelease,
  rollBack,
} from '../../src/heroku/releases.ts';
import { releaseOf } from './release.ts';
import {
  type Answer,
  cut,
  json,
  rejection,
  type ScriptedServer,
  setUp,
  status,
  text,
  truncated,
} from './scripted-server.ts';

const wanted = { slug: 's-1', description: 'Deploy abc123' };
const before = releaseOf(1, { slug: { id: 's-0' }, description: 'Deploy 0000000' });
const made = releaseOf(2, {
  status: 'pending',
  slug: { id: 's-1' },
  current: false,
  description: 'Deploy abc123',
});

const post = 'POST /apps/shop/releases';
const list = 'GET /apps/shop/releases';

describe('a release', () => {
  test('is made with the slug and what it is for', async () => {
    const { server, client } = await setUp();
    server.answers(json([before]), json(made, 201));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    expect(server.calls).toEqual([list, post]);
    expect(JSON.parse(String(server.requests[1]?.body))).toEqual(wanted);
  });

  const lost: [string, Answer][] = [
    ['the connection was cut', cut],
    ['the answer was cut off in the middle', truncated],
    ['the answer was no JSON', text('ok', 201)],
    ['a gateway gave up', status(504, { id: 'timeout', message: 'Timed out.' })],
    ['the platform failed', status(500, { id: 'internal', message: 'Oops.' })],
  ];

  test.each(lost)('is not made twice where it was recorded although %s', async (_, answer) => {
    const { server, client, reporter } = await setUp();
    const releases = recordReleases(server, [answer]);
    expect(await createRelease(client, 'shop', wanted)).toMatchObject({ version: 2 });
    expect(server.calls).toEqual([list, post, list]);
    expect(server.requests[2]?.headers.range).toBe('version ..; max=10, order=desc');
    expect(releases).toHaveLength(1);
    expect(reporter.infos[0]).toContain('looking whether the release was made');
  });

  test.each(lost)('is made again where it was not recorded and %s', async (_, answer) => {
    const { server, client } = await setUp();
    server.answers(json([before]), answer, json([before]), json(made, 201));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    expect(server.calls).toEqual([list, post, list, post]);
  });

  test('that was lost gets time to show, and is looked for in spite of another failure', async () => {
    const { server, client, pauses } = await setUp();
    server.answers(json([before]), cut, cut, json([made, before]));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    expect(server.calls).toEqual([list, post, list, list]);
    expect(pauses[0]).toBe(2000);
  });

  test('that never comes about ends with the last failure', async () => {
    const { server, client } = await setUp();
    server.answers(
      json([]),
      cut,
      json([]),
      cut,
      json([]),
      status(503, { id: 'down', message: 'Down.' }),
      json([]),
    );
    expect(await rejection(createRelease(client, 'shop', wanted))).toMatchObject({ status: 503 });
    expect(server.calls).toEqual([list, post, list, post, list, post, list]);
  });

  test.each([
    [403, 'forbidden'],
    [404, 'not_found'],
    [422, 'invalid_params'],
  ])('that is refused (%i) is not asked for again', async (code, id) => {
    const { server, client } = await setUp();
    server.answers(json([before]), status(code, { id, message: 'No.' }));
    expect(await rejection(createRelease(client, 'shop', wanted))).toMatchObject({ status: code });
    expect(server.calls).toEqual([list, post]);
  });

  test('is not made by a run that was cancelled while it looked for it', async () => {
    const { server, client, cancellation, reporter } = await setUp();
    server.answers(json([before]), cut);
    const reason = new DeployError('The run was cancelled.', 'Run it again.');
    const release = rejection(createRelease(client, 'shop', wanted));
    vi.spyOn(reporter, 'info').mockImplementation(() => cancellation.abort(reason));
    expect(await release).toBe(reason);
    expect(server.calls).toEqual([list, post]);
  });

  /** The platform keeps what it is asked to make, although its answers go wrong. */
  function recordReleases(server: ScriptedServer, answers: readonly Answer[]): Release[] {
    const releases: Release[] = [];
    server.answers(
      json([before]),
      ...answers.map(
        (answer): Answer =>
          (request, response) => {
            releases.push(made);
            return answer(request, response);
          },
      ),
      (request, response) => json([...releases, before])(request, response),
    );
    return releases;
  }

  test('of a slug that was released before is another one', async () => {
    const { server, client } = await setUp();
    const again = { ...made, id: 'r-3', version: 3 };
    server.answers(json([made]), cut, json([made, before]), json(again, 201));
    expect(await createRelease(client, 'shop', wanted)).toEqual(again);
    expect(server.calls).toEqual([list, post, list, post]);
    expect(server.requests[0]?.headers.range).toBe('version ..; max=1, order=desc');
  });

  test('is told from a change of config vars that came with the same slug', async () => {
    const { server, client } = await setUp();
    const changed = { ...made, id: 'r-3', version: 3, description: 'Set FOO config vars' };
    server.answers(json([before]), cut, json([changed, made, before]));
    expect(await createRelease(client, 'shop', wanted)).toEqual(made);
    const other = { ...changed, id: 'r-4', version: 4 };
    const again = { ...made, id: 'r-5', version: 5 };
    server.answers(json([changed]), cut, json([other, changed]), json(again, 201));
    expect(await createRelease(client, 'shop', wanted)).toEqual(again);
  });
});

describe('releases', () => {
  test('are listed from the newest on', async () => {
    const { server, client } = await setUp();
    server.answers(json([made, before]));
    expect(await listReleases(client, 'shop', { newest: 7 })).toEqual([made, before]);
    expect(server.calls).toEqual([list]);
    expect(server.requests[0]?.headers.range).toBe('version ..; max=7, order=desc');
  });

  test('are read one by one', async () => {
    const { server, client } = await setUp();
    server.answers(json(made));
    expect(await readRelease(client, 'shop/x', 'r-2')).toEqual(made);
    expect(server.calls).toEqual(['GET /apps/shop%2Fx/releases/r-2']);
  });

  const failed = Array.from({ length: 10 }, (_, index) => ({
    ...made,
    id: `r-${30 - index}`,
    version: 30 - index,
    status: 'failed',
  }));

  test.each([
    ['in spite of a newer one that is pending', [[made, before]], before],
    ['behind all that failed since', [failed, [...failed, made, before]], before],
    ['where there is none', [[made]], undefined],
    ['where there is none in many', [failed, failed], undefined],
  ])('have a current one, %s', async (_, pages, current) => {
    const { server, client } = await setUp();
    server.answers(...pages.map((page) => json(page)));
    expect(await findCurrentRelease(client, 'shop')).toEqual(current);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual(
      [10, 1000].slice(0, pages.length).map((max) => `version ..; max=${max}, order=desc`),
    );
  });
});

describe('a rollback', () => {
  const back = { ...before, id: 'r-3', version: 3, description: 'Rollback to v1' };

  test('is a release of its own', async () => {
    const { server, client } = await setUp();
    server.answers(json([made]), json(back, 201));
    expect(await rollBack(client, 'shop', before)).toEqual(back);
    expect(server.calls).toEqual([list, post]);
    expect(JSON.parse(String(server.requests[1]?.body))).toEqual({ release: 'r-1' });
  });

  test('whose answer was lost is found, and is not made twice', async () => {
    const { server, client } = await setUp();
    server.answers(json([made]), cut, json([back, made, before]));
    expect(await rollBack(client, 'shop', before)).toEqual(back);
    expect(server.calls).toEqual([list, post, list]);
  });

  test.each([
    ['one of before', { ...back, version: 2 }],
    ['one to another version', { ...back, description: 'Rollback to v12' }],
    ['one with another slug', { ...back, slug: { id: 's-9' } }],
    ['a deploy', { ...back, description: 'Deploy abc123' }],
  ])('is not taken for %s', async (_, other) => {
    const { server, client } = await setUp();
    server.answers(json([made]), cut, json([other, before]), json(back, 201));
    expect(await rollBack(client, 'shop', before)).toEqual(back);
    expect(server.calls).toEqual([list, post, list, post]);
  });
});
