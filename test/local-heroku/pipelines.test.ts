import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import { schemaProblems } from './official-schema.ts';
import { expectRefusal, useTestHeroku } from './server.ts';

const heroku = useTestHeroku();

async function createPipeline(name = 'shop') {
  return (await heroku.call('POST', '/pipelines', { name })).body;
}

function couple(app: string, pipeline: string, stage: string) {
  return heroku.call('POST', '/pipeline-couplings', { app, pipeline, stage });
}

/** A pipeline with a staging app that runs a slug, and a production app for each name. */
async function setUp(...production: string[]) {
  const pipeline = await createPipeline();
  const staging = await heroku.createApp('staging');
  await couple('staging', pipeline.id, 'staging');
  const targets: { id: string }[] = [];
  for (const name of production) {
    targets.push(await heroku.createApp(name));
    await couple(name, pipeline.id, 'production');
  }
  const slug = await heroku.createUploadedSlug('staging', { commit: '0123456789abcdef' });
  const release = await heroku.release('staging', slug.id);
  const promote = (body: object = {}) =>
    heroku.call('POST', '/pipeline-promotions', {
      pipeline: { id: pipeline.id },
      source: { app: { id: staging.id } },
      targets: targets.map(({ id }) => ({ app: { id } })),
      ...body,
    });
  return { pipeline, staging, targets, slug, release, promote };
}

describe('pipelines', () => {
  test('are made, found by id and name, and listed', async () => {
    const { status, body: pipeline } = await heroku.call('POST', '/pipelines', { name: 'shop' });
    expect(status).toBe(201);
    expect(schemaProblems('pipeline', pipeline)).toEqual([]);
    for (const identity of [pipeline.id, 'shop']) {
      expect((await heroku.call('GET', `/pipelines/${identity}`)).body).toEqual(pipeline);
    }
    expect((await heroku.call('GET', '/pipelines')).body).toEqual([pipeline]);
    const again = await heroku.call('POST', '/pipelines', { name: 'shop' });
    expectRefusal(again, 422, 'invalid_params', 'already taken');
    const invalid = await heroku.call('POST', '/pipelines', { name: 'No Name' });
    expectRefusal(invalid, 422, 'invalid_params', /name must match/);
    expectRefusal(await heroku.call('GET', '/pipelines/none'), 404, 'not_found', 'pipeline');
  });

  test('have apps at stages, each app one', async () => {
    const [pipeline, app] = [await createPipeline(), await heroku.createApp()];
    const path = '/apps/example/pipeline-couplings';
    expectRefusal(await heroku.call('GET', path), 404, 'not_found', 'pipeline coupling');
    const { status, body: coupling } = await couple(app.id, pipeline.id, 'staging');
    expect(status).toBe(201);
    expect(schemaProblems('pipeline-coupling', coupling)).toEqual([]);
    expect(coupling).toMatchObject({
      app: { id: app.id },
      pipeline: { id: pipeline.id },
      stage: 'staging',
    });
    expect((await heroku.call('GET', path)).body).toEqual(coupling);
    const ofPipeline = `/pipelines/${pipeline.id}/pipeline-couplings`;
    expect((await heroku.call('GET', ofPipeline)).body).toEqual([coupling]);
    const twice = await couple('example', pipeline.id, 'production');
    expectRefusal(twice, 422, 'invalid_params', 'in a pipeline already');
    const unknown = await couple('example', pipeline.id, 'testing');
    expectRefusal(unknown, 422, 'invalid_params', 'stage must be');
    expectRefusal(await couple('none', pipeline.id, 'staging'), 404, 'not_found', 'app');
    expectRefusal(await couple('example', randomUUID(), 'staging'), 404, 'not_found', 'pipeline');
    await heroku.call('DELETE', '/apps/example');
    expect((await heroku.call('GET', ofPipeline)).body).toEqual([]);
  });
});

describe('a promotion', () => {
  test('gives each target a release of the source’s slug, and leaves it its config vars', async () => {
    const { promote, release, staging, targets } = await setUp('shop-eu', 'shop-us');
    await heroku.call('PATCH', '/apps/shop-eu/config-vars', { REGION: 'eu' });
    await heroku.call('PATCH', '/apps/staging/config-vars', { REGION: 'nowhere' });
    await heroku.finished('staging', '3');
    const { status, body: promotion } = await promote();
    expect(status).toBe(201);
    expect(schemaProblems('pipeline-promotion', promotion)).toEqual([]);
    expect(promotion.source.app).toEqual({ id: staging.id });
    expect(promotion.source.release.id).not.toBe(release.id);
    const promoted = await heroku.finished('shop-eu', '3');
    expect(promoted).toMatchObject({
      status: 'succeeded',
      current: true,
      description: 'Promote staging v3 01234567',
    });
    expect(await heroku.finished('shop-us', '2')).toMatchObject({ status: 'succeeded' });
    const path = `/pipeline-promotions/${promotion.id}`;
    expect((await heroku.call('GET', path)).body).toMatchObject({ status: 'completed' });
    const { body: outcomes } = await heroku.call('GET', `${path}/promotion-targets`);
    for (const one of outcomes)
      expect(schemaProblems('pipeline-promotion-target', one)).toEqual([]);
    expect(outcomes).toMatchObject([
      { app: { id: targets[0]?.id }, status: 'succeeded', release: { id: promoted.id } },
      { app: { id: targets[1]?.id }, status: 'succeeded' },
    ]);
    const { body: configVars } = await heroku.call('GET', '/apps/shop-eu/config-vars');
    expect(configVars).toEqual({ REGION: 'eu' });
    await heroku.call('DELETE', '/apps/staging');
    const { body: slug } = await heroku.call('GET', `/apps/shop-eu/slugs/${promoted.slug.id}`);
    expect(slug).toMatchObject({ commit: '0123456789abcdef', size: 4 });
    expect(await (await request(slug.blob.url)).body.text()).toBe('slug');
  });

  test('may be of an earlier release', async () => {
    const { promote, release, staging } = await setUp('shop-eu');
    const next = await heroku.createUploadedSlug('staging', { commit: 'fedcba9876543210' });
    await heroku.release('staging', next.id);
    await promote({ source: { app: { id: staging.id }, release: { id: release.id } } });
    expect(await heroku.finished('shop-eu', '2')).toMatchObject({
      description: 'Promote staging v2 01234567',
    });
  });

  test('fails for a target that cannot have it, and for no other', async () => {
    const { pipeline, promote, targets } = await setUp('shop-eu');
    const fir = await heroku.createApp('fir', { generation: 'fir' });
    const stranger = await heroku.createApp('stranger');
    await couple('fir', pipeline.id, 'production');
    const { body: promotion } = await promote({
      targets: [fir, stranger, targets[0]].map(({ id }) => ({ app: { id } })),
    });
    expect(await heroku.finished('shop-eu', '2')).toMatchObject({ status: 'succeeded' });
    const path = `/pipeline-promotions/${promotion.id}/promotion-targets`;
    const { body: outcomes } = await heroku.call('GET', path);
    for (const one of outcomes)
      expect(schemaProblems('pipeline-promotion-target', one)).toEqual([]);
    expect(outcomes).toMatchObject([
      { status: 'failed', error_message: 'App fir cannot have a slug', release: null },
      { status: 'failed', error_message: 'App stranger is not in the pipeline', release: null },
      { status: 'succeeded', error_message: null },
    ]);
    expect(await readdir(join(heroku.folder, 'slugs'))).toHaveLength(2);
  });

  test('needs apps, a pipeline they are in, and something to promote', async () => {
    const { promote, release, slug, staging, targets } = await setUp('shop-eu');
    const refused = async (body: object, status: number, id: string, message: RegExp) =>
      expectRefusal(await promote(body), status, id, message);
    const other = await createPipeline('other');
    await refused({ targets: undefined }, 422, 'invalid_params', /required property 'targets'/);
    await refused({ targets: [] }, 422, 'invalid_params', /no app to promote to/);
    await refused({ targets: [{ app: { id: staging.id } }] }, 422, 'invalid_params', /itself/);
    await refused({ targets: [{ app: { id: randomUUID() } }] }, 404, 'not_found', /app/);
    await refused({ pipeline: { id: randomUUID() } }, 404, 'not_found', /pipeline/);
    await refused({ pipeline: { id: other.id } }, 422, 'invalid_params', /not in the pipeline/);
    await refused(
      { source: { app: { id: targets[0]?.id } }, targets: [{ app: { id: staging.id } }] },
      422,
      'invalid_params',
      /nothing to promote/,
    );
    const foreign = { app: { id: targets[0]?.id }, release: { id: release.id } };
    await refused(
      { source: foreign, targets: [{ app: { id: staging.id } }] },
      404,
      'not_found',
      /release/,
    );
    await rm(join(heroku.folder, 'slugs', `${slug.id}.tgz`));
    await refused({}, 422, 'invalid_params', /nothing to promote/);
    const path = `/pipeline-promotions/${randomUUID()}`;
    for (const unknown of [path, `${path}/promotion-targets`]) {
      expectRefusal(await heroku.call('GET', unknown), 404, 'not_found', 'promotion');
    }
    expect((await heroku.call('GET', '/apps/shop-eu/releases')).body).toHaveLength(1);
  });

  test('survives a restart', async () => {
    const { promote } = await setUp('shop-eu');
    const { body: promotion } = await promote();
    await heroku.finished('shop-eu', '2');
    await heroku.stop();
    await heroku.start();
    const { body } = await heroku.call('GET', `/pipeline-promotions/${promotion.id}`);
    expect(body).toEqual({ ...promotion, status: 'completed' });
  });
});
