import { expect, test } from 'vitest';
import { schemaProblems } from './official-schema.ts';
import { expectRefusal, useTestHeroku } from './server.ts';

const heroku = useTestHeroku();
const create = (body: object, app = 'example') => heroku.call('POST', `/apps/${app}/addons`, body);
const configVars = async () => (await heroku.call('GET', '/apps/example/config-vars')).body;
const database = 'postgres://local:local@127.0.0.1:5432/local';

test('add-ons are made, found and listed', async () => {
  await heroku.createApp();
  expect((await heroku.call('GET', '/apps/example/addons')).body).toEqual([]);
  const { status, body: addOn } = await create({ plan: 'heroku-postgresql:standard-0' });
  expect(status).toBe(201);
  expect(schemaProblems('add-on', addOn)).toEqual([]);
  expect(addOn).toMatchObject({
    name: expect.stringMatching(/^postgresql-/),
    plan: { name: 'heroku-postgresql:standard-0' },
    addon_service: { name: 'heroku-postgresql' },
    app: { name: 'example' },
    config_vars: ['DATABASE_URL'],
    state: 'provisioned',
  });
  for (const identity of [addOn.id, addOn.name]) {
    expect((await heroku.call('GET', `/apps/example/addons/${identity}`)).body).toEqual(addOn);
  }
  expect((await heroku.call('GET', '/apps/example/addons')).body).toEqual([addOn]);
  const none = await heroku.call('GET', '/apps/example/addons/none');
  expectRefusal(none, 404, 'not_found', 'add-on');
});

test('an add-on sets config vars in a release of its own, which alone may change them', async () => {
  await heroku.createApp();
  await heroku.release('example', (await heroku.createUploadedSlug()).id);
  const { body: addOn } = await create({ plan: 'heroku-postgresql', name: 'main-database' });
  expect(addOn).toMatchObject({
    name: 'main-database',
    plan: { name: 'heroku-postgresql:essential-0' },
  });
  expect(await configVars()).toEqual({ DATABASE_URL: database });
  const release = await heroku.finished('example', '3');
  expect(release).toMatchObject({
    status: 'succeeded',
    description: 'Attach DATABASE (@ref:main-database)',
    addon_plan_names: ['heroku-postgresql:essential-0'],
    current: true,
  });
  expect((await heroku.call('GET', '/apps/example/releases/2')).body.addon_plan_names).toEqual([]);
  for (const value of ['x', null]) {
    const changes = { DATABASE_URL: value, FOO: 'bar' };
    const refused = await heroku.call('PATCH', '/apps/example/config-vars', changes);
    expectRefusal(refused, 422, 'invalid_params', 'attachment values DATABASE_URL');
  }
  expect(await configVars()).toEqual({ DATABASE_URL: database });
});

test('an add-on survives a rollback to a release that had none', async () => {
  await heroku.createApp();
  await heroku.call('PATCH', '/apps/example/config-vars', { FOO: 'old' });
  const { id } = await heroku.release('example', (await heroku.createUploadedSlug()).id);
  await create({ plan: 'heroku-postgresql' });
  await heroku.call('PATCH', '/apps/example/config-vars', { FOO: 'new' });
  await heroku.call('POST', '/apps/example/releases', { release: id });
  await heroku.finished('example', '6');
  expect(await configVars()).toEqual({ FOO: 'old', DATABASE_URL: database });
});

test('more than one of a service are told apart', async () => {
  await heroku.createApp();
  await create({ plan: 'heroku-postgresql' });
  const { body: second } = await create({ plan: 'heroku-postgresql' });
  expect(second.config_vars).toEqual(['HEROKU_POSTGRESQL_AMBER_URL']);
  const { body: named } = await create({ plan: 'heroku-redis', attachment: { name: 'CACHE' } });
  expect(named.config_vars).toEqual(['CACHE_URL']);
  expect((await create({ plan: 'scheduler' })).body.config_vars).toEqual([]);
  expect(Object.keys(await configVars())).toEqual([
    'DATABASE_URL',
    'HEROKU_POSTGRESQL_AMBER_URL',
    'CACHE_URL',
  ]);
});

test('add-ons must be ones that there are, by names that are free', async () => {
  await heroku.createApp();
  await heroku.createApp('other');
  await create({ plan: 'heroku-redis', name: 'cache' });
  const refused = async (body: object, status: number, id: string, message: RegExp) =>
    expectRefusal(await create(body), status, id, message);
  await refused({}, 422, 'invalid_params', /required property 'plan'/);
  await refused({ plan: 'no-service:x' }, 404, 'not_found', /add-on plan of "no-service:x"/);
  await refused({ plan: 'heroku-redis', name: 'no spaces' }, 422, 'invalid_params', /name must/);
  await refused({ plan: 'heroku-redis', name: 'cache' }, 422, 'invalid_params', /already taken/);
  const attachment = { name: 'REDIS' };
  await refused({ plan: 'heroku-redis', attachment }, 422, 'invalid_params', /REDIS is already/);
  const elsewhere = await create({ plan: 'heroku-redis', name: 'cache' }, 'other');
  expectRefusal(elsewhere, 422, 'invalid_params', /already taken/);
  expectRefusal(await create({ plan: 'heroku-redis' }, 'none'), 404, 'not_found', 'app');
  expect((await heroku.call('GET', '/apps/example/addons')).body).toHaveLength(1);
});
