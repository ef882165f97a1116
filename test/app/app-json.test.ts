import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAppManifest, readAppManifest } from '../../src/app/app-json.ts';
import { DeployError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folder.ts';

const nothing = { env: [], addOns: [], formation: [] };

describe('an app.json', () => {
  test('asks for config vars, add-ons and dynos, each with its line', async () => {
    const folder = temporaryFolder({
      'app.json': `\uFEFF{
  "name": "Small Sharp Tool",
  "scripts": { "postdeploy": "bundle exec rake bootstrap" },
  "env": {
    "SECRET_TOKEN": {
      "description": "A secret key.",
      "generator": "secret"
    },
    "WEB_CONCURRENCY": { "value": "5", "required": false },
    "MODE": "fast \\u0026 \\"safe\\"",
    "API_KEY": {}
  },
  "formation": {
    "web": { "quantity": 1, "size": "standard-1x" },
    "worker": {}
  },
  "addons": [
    "openredis",
    { "plan": "mongolab:shared-single-small", "as": "MONGO" },
    {
      "plan": "heroku-postgresql",
      "options": { "version": "16", "fork": true }
    }
  ],
  "buildpacks": [{ "url": "heroku/ruby" }],
  "environments": { "test": { "env": 1 } }
}
`,
    });
    expect(await readAppManifest(folder)).toEqual({
      env: [
        { name: 'SECRET_TOKEN', required: true, line: 5 },
        { name: 'WEB_CONCURRENCY', required: false, line: 9 },
        { name: 'MODE', required: true, line: 10 },
        { name: 'API_KEY', required: true, line: 11 },
      ],
      addOns: [
        { plan: 'openredis', line: 18 },
        { plan: 'mongolab:shared-single-small', as: 'MONGO', line: 19 },
        {
          plan: 'heroku-postgresql',

          options: { version: '16', fork: 'true' },
          line: 20,
        },
      ],
      formation: [
        { type: 'web', quantity: 1, size: 'standard-1x', line: 14 },
        { type: 'worker', line: 15 },
      ],
    });
  });

  test('may not be there, or ask for nothing of these', async () => {
    expect(await readAppManifest(temporaryFolder())).toBeUndefined();
    expect(parseAppManifest('{}')).toEqual(nothing);
    expect(parseAppManifest('{"env":{},"addons":[],"formation":{},"stack":7}')).toEqual(nothing);
  });

  test('that cannot be read stops the run', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'app.json'));
    await expect(readAppManifest(folder)).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^app\.json cannot be read: .*EISDIR/),
      location: { file: 'app.json' },
    });
  });

  test('has the last of two entries of one name', () => {
    const text = '{"env":{"A":{"required":true},"A":{"required":false}}}';
    expect(parseAppManifest(text).env).toMatchObject([{ name: 'A', required: false }]);
  });

  test.each([
    ['', 1, 'this is no JSON'],
    ['{\n  "env": {},\n}', 3, 'this is no JSON'],
    ['{\n  // why\n}', 2, 'this is no JSON'],
    ['{\n"env"\n\n{}}', 4, 'this is no JSON'],
    ['{\n "env": {\n\n', 4, 'this is no JSON'],
    ['\n[]', 2, 'this has to be an object'],
    ['null', 1, 'this has to be an object'],
    ['{\n"env": ["A"]}', 2, 'env has to be an object'],
    ['{"env": {\n"A": 5}}', 2, 'env.A has to be a text or an object'],
    ['{"env": {"A": {\n\n"required": "no"}}}', 3, 'env.A.required has to be true or false'],
    ['{\n"addons": {}}', 2, 'addons has to be a list'],
    ['{"addons": ["a",\n1]}', 2, 'addons[1] has to be a text or an object'],
    ['{"addons": [\n{}]}', 2, 'addons[0].plan has to be the name of an add-on'],
    ['{"addons": [\n"a b"]}', 2, 'addons[0] has to be the name of an add-on'],
    ['{"addons": [{"plan":\n""}]}', 2, 'addons[0].plan has to be the name of an add-on'],
    ['{"addons": [{"plan": "a",\n"as": 1}]}', 2, 'addons[0].as has to be a text'],
    ['{"addons": [{"plan": "a",\n"options": []}]}', 2, 'addons[0].options has to be an object'],
    [
      '{"addons": [{"plan": "a", "options": {\n"b": false}}]}',
      2,
      'addons[0].options.b has to be a text, or true',
    ],
    ['{"formation":\n[]}', 2, 'formation has to be an object'],
    ['{"formation": {\n"web": 1}}', 2, 'formation.web has to be an object'],
    [
      '{"formation": {"web": {\n"quantity": 1.5}}}',
      2,
      'formation.web.quantity has to be a whole number',
    ],
    [
      '{"formation": {"web": {\n"quantity": -1}}}',
      2,
      'formation.web.quantity has to be a whole number',
    ],
    [
      '{"formation": {"web": {\n"quantity": "1"}}}',
      2,
      'formation.web.quantity has to be a whole number',
    ],
    ['{"formation": {"web": {\n"size": 1}}}', 2, 'formation.web.size has to be a text'],
  ])('that is not right is refused at its line: %j', (text, line, what) => {
    expect(() => parseAppManifest(text)).toThrow(
      expect.objectContaining({
        name: 'DeployError',
        message: expect.stringContaining(`app.json, line ${line}: ${what}`),
        location: { file: 'app.json', line },
      }),
    );
  });

  test('nested without end is refused too', () => {
    expect(() => parseAppManifest('['.repeat(200_000))).toThrow(DeployError);
  });

  const names = fc.constantFrom(
    ...['env', 'addons', 'formation', 'A', 'web', 'plan', 'as', 'options', 'value', 'required'],
    ...['generator', 'quantity', 'size', '__proto__', 'constructor'],
  );
  const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 'text', 'a:b', ''),
      fc.string(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc
        .array(fc.tuple(names, tie('value')), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }));

  test('is read or refused with its place, whatever JSON it is', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), fc.nat(2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expectPlaceOfError(text, () => parseAppManifest(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('is read or refused with its place, whatever text it is', () => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ':', ',', '"env"', '"', '\\', '\n', 'null', '1', '-', 'e', '/*', ' '],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        expectPlaceOfError(given, () => parseAppManifest(given));
        if (!isJson(given)) expect(() => parseAppManifest(given)).toThrow('this is no JSON');
      }),
      { numRuns: 2000 },
    );
  });

  test('has every config var by the name that JSON has it by', () => {
    const variables = fc.dictionary(fc.string({ unit: 'binary' }), fc.string());
    fc.assert(
      fc.property(variables, (env) => {
        const read = parseAppManifest(JSON.stringify({ env })).env;
        expect(read.map(({ name }) => name)).toEqual(Object.keys(env));
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
}

function expectPlaceOfError(text: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DeployError);
    const { location } = error as DeployError;
    expect(location?.file).toBe('app.json');
    expect(location?.line).toBeGreaterThanOrEqual(1);
    expect(location?.line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length);
  }
}
