import { beforeEach, expect, test } from 'vitest';
import { useLocalHeroku } from '../support/heroku.ts';
import { runAction, type Step } from '../support/runner.ts';
import { webApp } from '../support/web-app.ts';

const heroku = useLocalHeroku();

let name: string;

beforeEach(async () => {
  name = await heroku.createApp();
});

function release(
  manifest: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, string>> = {},
): Promise<Step> {
  const app = webApp({
    'app.json': JSON.stringify(manifest, null, 2),
    Procfile: 'web: exec perl server.pl\nworker: sleep infinity\n',
  });
  return runAction({ ...heroku.inputs(name), ...inputs }, app);
}

const env = {
  SECRET_KEY: { description: 'of the sessions' },
  OPTIONAL: { required: false },
};

test('a config var that app.json requires is missed before anything is built, at its line', async () => {
  const step = await release({ env });
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toMatch(
    /^::error [^\n]*file=app\.json,line=3[^\n]*::\S+ lacks config vars that app\.json requires: SECRET_KEY\./m,
  );
  expect(await heroku.slugReleases(name)).toEqual([]);
});

test.each([
  ['the app has', {}, { SECRET_KEY: 'there' }],
  ['this very release sets', { 'config-vars': 'SECRET_KEY=there' }, {}],
])('one that %s is there', async (_, inputs, present) => {
  await heroku.setConfigVars(name, present);
  const step = await release({ env }, inputs);
  expect(step.exitCode, step.log).toBe(0);
});

test('an add-on that is missing is reported, at its line, and created if that was asked for', async () => {
  const addons = ['heroku-postgresql:essential-0'];
  const step = await release({ addons });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log).toMatch(
    /^::warning [^\n]*file=app\.json,line=3[^\n]*::\S+ has no add-on heroku-postgresql/m,
  );
  expect(await heroku.call('GET', `/apps/${name}/addons`)).toEqual([]);
  const created = await release({ addons }, { 'create-addons': 'true' });
  expect(created.exitCode, created.log).toBe(0);
  expect(created.log).not.toContain('Upload to');
  expect(created.log).toMatch(/Created \S+ \(heroku-postgresql:essential-0\)/);
  expect(await heroku.call('GET', `/apps/${name}/addons`)).toHaveLength(1);
  expect(await heroku.configVars(name)).toHaveProperty('DATABASE_URL');
  const again = await release({ addons }, { 'create-addons': 'true' });
  expect(again.log).not.toContain('Add-ons of');
});

test('the formation is applied on the first release alone, and only if that was asked for', async () => {
  const formation = { worker: { quantity: 1 } };
  const quantities = async () => {
    const types = await heroku.call<{ type: string; quantity: number }[]>(
      'GET',
      `/apps/${name}/formation`,
    );
    return Object.fromEntries(types.map(({ type, quantity }) => [type, quantity]));
  };
  const step = await release({ formation }, { 'apply-formation': 'true' });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log).toContain(`Formation of ${name}`);
  expect(await quantities()).toEqual({ web: 1, worker: 1 });
  const second = await release(
    { formation: { worker: { quantity: 0 } } },
    { 'apply-formation': 'true', force: 'true' },
  );
  expect(second.exitCode, second.log).toBe(0);
  expect(await quantities()).toEqual({ web: 1, worker: 1 });
});

test.each([
  ['that is no JSON', '{\n  "env": {\n', /file=app\.json,line=\d/],
  ['of another shape', '{\n  "env": []\n}\n', /file=app\.json,line=2/],
])('an app.json %s is said to be so, at its line', async (_, text, message) => {
  const step = await runAction(heroku.inputs(name), webApp({ 'app.json': text }));
  expect(step.exitCode).toBe(1);
  expect(step.log).toMatch(message);
});
