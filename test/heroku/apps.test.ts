import { describe, expect, test } from 'vitest';
import { findApp } from '../../src/heroku/apps.ts';
import { json, rejection, setUp, status } from './scripted-server.ts';

const answer = {
  id: '01234567-89ab-cdef-0123-456789abcdef',
  name: 'shop',
  stack: { id: 's', name: 'heroku-22' },
  build_stack: { id: 's', name: 'heroku-24' },
  generation: { id: 'g', name: 'cedar' },
  web_url: 'https://shop.herokuapp.com/',
  slug_size: 52_428_800,
};

describe('an app', () => {
  test('is found by its name, with the stack that its next slug is built for', async () => {
    const { server, client } = await setUp();
    server.answers(json(answer));
    expect(await findApp(client, 'shop')).toEqual({
      id: answer.id,
      name: 'shop',
      buildStack: 'heroku-24',
      webUrl: 'https://shop.herokuapp.com/',
      slugSizeBytes: 52_428_800,
    });
    expect(server.calls).toEqual(['GET /apps/shop']);
  });

  test('may have no URL and no slug, and be of an API that knows no generations', async () => {
    const { server, client } = await setUp();
    server.answers(json({ ...answer, web_url: null, slug_size: null, generation: undefined }));
    expect(await findApp(client, 'shop')).toMatchObject({
      webUrl: undefined,
      slugSizeBytes: undefined,
    });
  });

  test('cannot be named so that another path of the API is asked', async () => {
    const { server, client } = await setUp();
    server.answers(json(answer));
    await findApp(client, 'shop/config-vars?x=1#é');
    expect(server.calls).toEqual(['GET /apps/shop%2Fconfig-vars%3Fx%3D1%23%C3%A9']);
  });

  test.each([
    ['as an object', { id: 'g', name: 'fir' }],
    ['as a string', 'fir'],
  ])('of the Fir generation takes no slugs (%s)', async (_, generation) => {
    const { server, client } = await setUp();
    server.answers(json({ ...answer, generation, build_stack: { id: 's', name: 'cnb' } }));
    expect(await rejection(findApp(client, 'shop'))).toMatchObject({
      message: 'The app shop is of the Fir generation, which takes no slugs.',
      remedy: expect.stringContaining('Cedar'),
    });
  });

  test.each(['container', 'cnb'])('on the stack %s takes no slugs', async (name) => {
    const { server, client } = await setUp();
    server.answers(json({ ...answer, build_stack: { id: 's', name } }));
    expect(await rejection(findApp(client, 'shop'))).toMatchObject({
      message: `The app shop is on the stack "${name}", which takes no slugs.`,
      remedy: expect.stringContaining('heroku stack:set heroku-24 --app shop'),
    });
  });

  test('that is not there is never made', async () => {
    const { server, client } = await setUp();
    server.answers(status(404, { id: 'not_found', message: 'Couldn’t find that app.' }));
    expect(await rejection(findApp(client, 'shpo'))).toMatchObject({ status: 404 });
    expect(server.calls).toEqual(['GET /apps/shpo']);
  });
});
