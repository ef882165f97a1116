import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyApp, copyExample } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { machine } from '../support/machine.ts';
import { runAction } from '../support/runner.ts';

const heroku = useLocalHeroku();

/** Releases an app that is built on the JVM; returns the log, and the page of its dyno. */
async function release(workspace: string, runtimes: readonly string[]) {
  const inputs = {
    ...heroku.inputs(await heroku.createApp()),
    'build-args': runtimes.flatMap(machine.mirror).join('\n'),
    'smoke-test': 'true',
    'smoke-test-path': '/',
  };
  const step = await runAction(inputs, { workspace });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log.match(/^::warning.*$/gm) ?? []).toEqual([]);
  const url = String(step.outputs['web-url']);
  const page = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  return { log: step.log, page: await page.text() };
}

test('Leiningen runs an app that has no uberjar', async () => {
  const workspace = copyExample('clojure');
  const project = join(workspace, 'project.clj');
  const text = readFileSync(project, 'utf8');
  writeFileSync(project, text.replace(/ *:uberjar-name.*\n/, ''));
  const { log, page } = await release(workspace, ['jdk', 'lein']);
  expect(log).toContain('run by Leiningen');
  expect(page).toContain('production');
}, 900_000);

test('sbt stages one of several projects, whose build reads a file of the app', async () => {
  const workspace = copyApp(join(import.meta.dirname, 'jvm-apps/sbt-projects'));
  const { page } = await release(workspace, ['jdk']);
  expect(page).toBe('{"greeting":"It runs"}');
}, 900_000);
