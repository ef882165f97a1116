import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createAddOn, listAddOns, waitForAddOn } from '../../src/heroku/add-ons.ts';
import { findApp } from '../../src/heroku/apps.ts';
import { HerokuClient } from '../../src/heroku/client.ts';
import { changeConfigVars, readConfigVars } from '../../src/heroku/config-vars.ts';
import { waitForRelease } from '../../src/heroku/final-release.ts';
import { scale } from '../../src/heroku/formation.ts';
import { findPipeline, promote } from '../../src/heroku/promotions.ts';
import {
  createRelease,
  findCurrentRelease,
  listReleases,
  rollBack,
} from '../../src/heroku/releases.ts';
import { type NewSlug, readSlug, shipSlug } from '../../src/heroku/slugs.ts';
import { token, useTestHeroku } from '../local-heroku/server.ts';
import { RecordingReporter } from '../support/reporter.ts';

// The parts together, against an API that holds them to the official schema. What a network does to
// each of them is in the other files.
const heroku = useTestHeroku();

/** Of the file that is shipped: sha256 of "slug". */
const checksum = 'SHA256:cd03861f0ff8922a279f1eab771f91f6336df9e7dd9412355ec6a1a79c244a5e';
const newSlug: NewSlug = {
  processTypes: { worker: 'true' },
  stack: 'heroku-24',
  checksum,
  commit: { id: '0123456789abcdef', subject: 'Sell' },
  description: 'Node.js',
};

function connect(): HerokuClient {
  const client = new HerokuClient({
    url: heroku.url,
    token,
    reporter: new RecordingReporter(),
    signal: new AbortController().signal,
  });
  onTestFinished(() => client.close());
  return client;
}

async function release(client: HerokuClient, app = 'example') {
  const path = join(heroku.folder, 'slug.tgz');
  await writeFile(path, 'slug');
  const slug = await shipSlug(client, app, newSlug, { path, sizeBytes: 4 });
  const started = await createRelease(client, app, { slug, description: 'Deploy 01234567' });
  return waitForRelease(client, app, started);
}

test('a slug is shipped, released, read, released again and gone back to', async () => {
  await heroku.createApp();
  const client = connect();
  expect((await findApp(client, 'example')).slugSizeBytes).toBeUndefined();
  const first = await release(client);
  const slug = first.slug?.id ?? '';
  expect((await findApp(client, 'example')).slugSizeBytes).toBe(4);
  expect(await findCurrentRelease(client, 'example')).toEqual(first);
  expect(await readSlug(client, 'example', slug)).toEqual({
    id: slug,
    checksum,
    processTypes: { worker: 'true' },
    stack: 'heroku-24',
  });
  const again = await createRelease(client, 'example', { slug, description: 'Deploy 01234567' });
  expect(await waitForRelease(client, 'example', again)).toMatchObject({ version: 3 });
  const back = await waitForRelease(client, 'example', await rollBack(client, 'example', first));
  expect(back).toMatchObject({ version: 4, description: 'Rollback to v2', slug: { id: slug } });
  expect(await listReleases(client, 'example', { newest: 2 })).toMatchObject([
    { version: 4, current: true },
    { version: 3, current: false },
  ]);
  await scale(client, 'example', [{ type: 'worker', quantity: 0 }]);
});

test('config vars are changed with a release, and with none where nothing changes', async () => {
  await heroku.createApp();
  const client = connect();
  expect(await changeConfigVars(client, 'example', { A: '1', B: '2' })).toMatchObject({
    version: 2,
    description: 'Set A, B config vars',
  });
  expect(await changeConfigVars(client, 'example', { A: '1', NONE: null })).toBeUndefined();
  expect(await changeConfigVars(client, 'example', { A: null })).toMatchObject({ version: 3 });
  expect(await readConfigVars(client, 'example')).toEqual({ B: '2' });
});

test('an add-on is made and listed', async () => {
  await heroku.createApp();
  const client = connect();
  const options = { version: '16' };
  const wanted = { plan: 'heroku-postgresql:essential-0', as: 'MAIN', options };
  const made = await waitForAddOn(client, 'example', await createAddOn(client, 'example', wanted));
  expect(made).toMatchObject({ plan: wanted.plan, state: 'provisioned' });
  expect(await listAddOns(client, 'example')).toEqual([made]);
  expect(Object.keys(await readConfigVars(client, 'example'))).toEqual(['MAIN_URL']);
});

test('a slug is promoted along its pipeline', async () => {
  const client = connect();
  const source = await heroku.createApp('shop-staging');
  const target = await heroku.createApp('shop');
  const image = await heroku.createApp('shop-image', { stack: 'container' });
  expect(await findPipeline(client, 'shop')).toBeUndefined();
  const { body: pipeline } = await heroku.call('POST', '/pipelines', { name: 'shop' });
  const stages = { 'shop-staging': 'staging', shop: 'production', 'shop-image': 'production' };
  for (const [app, stage] of Object.entries(stages)) {
    await heroku.call('POST', '/pipeline-couplings', { app, pipeline: pipeline.id, stage });
  }
  const { id: releaseId } = await release(client, 'shop-staging');
  const place = await findPipeline(client, 'shop-staging');
  expect(place).toEqual({ pipelineId: pipeline.id, stage: 'staging' });
  const outcomes = await promote(client, {
    pipelineId: pipeline.id,
    source,
    releaseId,
    targets: [target, image],
  });
  expect(outcomes).toMatchObject([
    { app: { name: 'shop' }, release: { description: 'Promote shop-staging v2 01234567' } },
    { app: { name: 'shop-image' }, error: 'App shop-image cannot have a slug' },
  ]);
  const [promoted] = outcomes;
  if (promoted === undefined || !('release' in promoted)) throw new Error('it was not promoted');
  const finished = await waitForRelease(client, 'shop', promoted.release);
  expect(await readSlug(client, 'shop', finished.slug?.id ?? '')).toMatchObject({ checksum });
});

test('a slug whose URLs have all expired is given up', async () => {
  await heroku.stop();
  await heroku.start({ blobLifetimeSeconds: -1 });
  await heroku.createApp();
  const error = await release(connect()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 403, id: 'AccessDenied' });
  const state = JSON.parse(await readFile(join(heroku.folder, 'state.json'), 'utf8'));
  expect(state.slugs).toHaveLength(3);
});
