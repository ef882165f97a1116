import { describe, expect, test } from 'vitest';
import { DeployError } from '../../../src/errors.ts';
import { type Before, type Trail, withWayBack } from '../../../src/verbs/releasing/go-back.ts';
import { releaseOf } from '../../heroku/release.ts';
import { json, rejection, status } from '../../heroku/scripted-server.ts';
import { setUpTarget } from './target.ts';

const failure = new DeployError('It is not healthy.', 'Look at its log.');
const before: Before = { release: releaseOf(7), configVars: { NEW: null, OLD: 'as it was' } };
const bare: Before = { release: releaseOf(7), configVars: {} };

const list = 'GET /apps/shop/releases';
const read = 'GET /apps/shop/releases/r-7';
const post = 'POST /apps/shop/releases';
const patch = 'PATCH /apps/shop/config-vars';

/** The same answer to both questions: what is pending, and what is current. */
function current(version: number) {
  return [json([releaseOf(version)]), json([releaseOf(version)])];
}

function failing(...own: readonly string[]) {
  return async (trail: Trail): Promise<never> => {
    for (const id of own) trail.releases.add(id);
    trail.hasChangedConfigVars = true;
    throw failure;
  };
}

describe('the way back', () => {
  test('is not gone where nothing fails', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    await withWayBack(target, before, async () => {});
    expect(server.calls).toEqual([]);
  });

  test('leads to the release from before, and the failure stays one', async () => {
    const { target, server, reporter } = await setUpTarget({ rollback: true });
    const rolledBack = releaseOf(9, { slug: { id: 's-7' }, description: 'Rollback to v7' });
    server.answers(...current(8), json(releaseOf(7)), json([releaseOf(8)]), json(rolledBack, 201));
    const error = await rejection(withWayBack(target, before, failing('r-8')));
    expect(server.calls).toEqual([list, list, read, list, post]);
    expect(JSON.parse(String(server.requests[4]?.body))).toEqual({ release: 'r-7' });
    expect(error).toMatchObject({
      message: 'It is not healthy.\nRolled back: v7 runs again, as v9.',
      remedy: failure.remedy,
      cause: failure,
    });
    expect(reporter.infos).toContain('Rolled back: v7 runs again, as v9.');
  });

  test('is not needed where the release from before is the current one still', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    const releases = json([releaseOf(8, { status: 'failed', current: false }), releaseOf(7)]);
    server.answers(releases, releases);
    const error = await rejection(withWayBack(target, bare, failing('r-8')));
    expect(error).toMatchObject({ message: 'It is not healthy.\nv7 goes on running.' });
    expect(server.calls).toEqual([list, list]);
  });

  test('does not begin while the release is still pending, and says so', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    server.answers(json([releaseOf(8, { status: 'pending', current: false }), releaseOf(7)]));
    const error = await rejection(withWayBack(target, before, failing('r-8')));
    expect(error).toMatchObject({
      message:
        'It is not healthy.\nv8 is still pending and may yet run, so nothing was rolled back.',
    });
    expect(server.calls).toEqual([list]);
  });

  test('does not undo what somebody else has released since', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    server.answers(...current(9));
    const error = await rejection(withWayBack(target, before, failing('r-8')));
    expect(error).toMatchObject({
      message: expect.stringContaining('v9 came from elsewhere meanwhile'),
    });
    expect(server.calls).toEqual([list, list]);
  });

  test.each([
    ['whose slug is gone by now', releaseOf(7, { eligible_for_rollback: false }), []],
    ['which never had a slug', releaseOf(7, { slug: null }), []],
    [
      'that Heroku will not go back to',
      releaseOf(7),
      [json([releaseOf(8)]), status(422, { id: 'invalid_params', message: 'not eligible' })],
    ],
  ])('puts config vars alone back where there is a release %s', async (_, now, refusal) => {
    const { target, server } = await setUpTarget({ rollback: true });
    const configured = releaseOf(9, { description: 'Set OLD config vars' });
    server.answers(
      ...current(8),
      json(now),
      ...refusal,
      json([releaseOf(8)]),
      json({}),
      json([configured]),
    );
    const error = await rejection(withWayBack(target, before, failing('r-8')));
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /Not rolled back: v7 cannot be gone back to(: .*not eligible.*)?; the config vars are what they were\.$/,
      ),
    });
    expect(server.calls.slice(-3)).toEqual([list, patch, list]);
    expect(JSON.parse(String(server.requests.at(-2)?.body))).toEqual(before.configVars);
  });

  test('that fails is said to have failed, with the first failure', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    server.answers(...current(8), status(401, { id: 'unauthorized', message: 'no such token' }));
    const error = await rejection(withWayBack(target, before, failing('r-8')));
    expect(error).toMatchObject({
      message: expect.stringMatching(/^It is not healthy\.\nThe rollback failed: .*no such token/),
    });
  });

  test('that is lost on its way has failed, and nothing else is tried', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    const started = releaseOf(9, { status: 'pending', description: 'Rollback to v7' });
    server.answers(
      ...current(8),
      json(releaseOf(7)),
      json([releaseOf(8)]),
      json(started, 201),
      status(401, { id: 'unauthorized', message: 'no such token' }),
    );
    expect(await rejection(withWayBack(target, before, failing('r-8')))).toMatchObject({
      message: expect.stringContaining('The rollback failed: GET /apps/shop/releases/r-9'),
    });
    expect(server.calls).not.toContain(patch);
  });

  test('is not gone unasked, but what stays changed is said', async () => {
    const { target, server } = await setUpTarget();
    expect(await rejection(withWayBack(target, before, failing('r-8')))).toMatchObject({
      message: expect.stringContaining('The config vars NEW, OLD stay changed'),
    });
    const early = withWayBack(target, before, () => Promise.reject(failure));
    expect(await rejection(early), 'before anything was changed').toBe(failure);
    expect(server.calls).toEqual([]);
  });

  test('leaves a defect of this program what it is', async () => {
    const { target, server } = await setUpTarget({ rollback: true });
    server.answers(...current(7));
    const defect = new TypeError('undefined is not a function');
    const run = withWayBack(target, bare, () => Promise.reject(defect));
    expect(await rejection(run)).toBe(defect);
  });
});

describe('a run that is cancelled', () => {
  const reason = new DeployError('The run was cancelled.', 'Run it again.');

  function cancelled(cancellation: AbortController) {
    return async (trail: Trail): Promise<never> => {
      trail.hasChangedConfigVars = true;
      cancellation.abort(reason);
      throw reason;
    };
  }

  test('before its slug was released puts its config vars back', async () => {
    const { target, server, cancellation } = await setUpTarget({ rollback: true });
    const configured = releaseOf(8, { slug: { id: 's-7' } });
    server.answers(json([configured]), json([configured]), json({}), json([releaseOf(9)]));
    const run = withWayBack(target, before, cancelled(cancellation));
    expect(await rejection(run)).toBe(reason);
    expect(server.calls.filter((call) => call === patch)).toHaveLength(1);
  });

  test('before anything was changed asks for nothing', async () => {
    const { target, server, cancellation } = await setUpTarget({ rollback: true });
    const run = withWayBack(target, before, async () => {
      cancellation.abort(reason);
      throw reason;
    });
    expect(await rejection(run)).toBe(reason);
    expect(server.calls).toEqual([]);
  });

  test('leaves them where its slug was released: Heroku goes on alone', async () => {
    const { target, server, cancellation } = await setUpTarget({ rollback: true });
    server.answers(json([releaseOf(8, { status: 'pending', current: false }), releaseOf(7)]));
    const run = withWayBack(target, before, cancelled(cancellation));
    expect(await rejection(run)).toBe(reason);
    expect(server.calls).toEqual([list]);
  });

  test('warns where they cannot be put back', async () => {
    const { target, server, cancellation, reporter } = await setUpTarget({ rollback: true });
    server.answers(status(401, { id: 'unauthorized', message: 'no such token' }));
    const run = withWayBack(target, before, cancelled(cancellation));
    expect(await rejection(run)).toBe(reason);
    expect(reporter.warnings).toMatchObject([
      { message: expect.stringContaining('The config vars were not put back') },
    ]);
  });
});
