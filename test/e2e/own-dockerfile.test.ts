import { expect, test } from 'vitest';
import { ownDockerfileApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInEngine } from '../support/left-in-engine.ts';
import { machine } from '../support/machine.ts';
import { runAction } from '../support/runner.ts';

const heroku = useLocalHeroku();

test('an app with a Dockerfile of its own, without ONBUILD, runs with its ENV in its WORKDIR', async () => {
  const app = await heroku.createApp();
  const step = await runAction(heroku.inputs(app), {
    workspace: ownDockerfileApp(machine.stackImage),
  });
  expect(step.log).not.toContain('App image');
  expect(step.exitCode, step.log).toBe(0);
  const [greeting, level, folder, home] = (await fetchPage(step.outputs['web-url'])).split('|');
  expect({ greeting, level, folder, home }).toEqual({
    greeting: 'hello $world',
    level: 'high',
    folder: '/app/web',
    home: '/app',
  });
  expect(leftInEngine(step)).toEqual([]);
});

test('a config var wins over the ENV of the same name', async () => {
  const app = await heroku.createApp();
  await heroku.setConfigVars(app, { LEVEL: 'low' });
  const step = await runAction(heroku.inputs(app), {
    workspace: ownDockerfileApp(machine.stackImage),
  });
  expect(step.exitCode, step.log).toBe(0);
  expect((await fetchPage(step.outputs['web-url'])).split('|')[1]).toBe('low');
});

async function fetchPage(url: string | undefined): Promise<string> {
  const answer = await fetch(String(url), { signal: AbortSignal.timeout(10_000) });
  return answer.text();
}
