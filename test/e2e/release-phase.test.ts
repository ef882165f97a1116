import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { docker, machine } from '../support/machine.ts';
import { runAction } from '../support/runner.ts';

const heroku = useLocalHeroku();

/** An app whose slug is made in a second, with this command of the shell's as its release phase. */
function appWith(release: string): string {
  return writeApp({
    Dockerfile: `FROM ${machine.stackImage}\nUSER root\nWORKDIR /app\nCOPY . .\n`,
    Procfile: `release: ${release}\nworker: sleep 600\n`,
    '.dockerignore': 'Dockerfile\n',
  });
}

test('the lines of a release phase are in the log before it ends', async () => {
  const token = randomUUID();
  const release = `: ${token}; echo migrating; until [ -e /tmp/seen ]; do sleep 0.1; done; printf 'a::b ü🚀\\nmigrated'`;
  const app = await heroku.createApp();
  let isSeen = false;
  const step = await runAction(
    { ...heroku.inputs(app), 'release-timeout': '120' },
    {
      workspace: appWith(release),
      onLog(log) {
        if (isSeen || !/^migrating$/m.test(log)) return;
        isSeen = true; // It ends only now.
        docker('exec', containerOf(token), 'touch', '/tmp/seen');
      },
    },
  );
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log).toMatch(/^migrating\na::b ü🚀\nmigrated$/m);
  expect(step.outputs['release-status']).toBe('succeeded');
});

test('a release phase that fails fails the step, with its command and its last lines', async () => {
  const release = 'echo "::error::not mine"; echo no such table >&2; exit 3';
  const app = await heroku.createApp();
  const step = await runAction(heroku.inputs(app), { workspace: appWith(release) });
  expect(step.exitCode, step.log).toBe(1);
  const [, error = ''] = /^::error title=[^:]+::(.*)$/m.exec(step.log) ?? [];
  expect(error.replaceAll('%0A', '\n')).toContain(
    [
      `Release v2 of ${app} failed; the release before it goes on running.`,
      `Its release command: ${release}`,
      'Its last lines:',
      '::error::not mine',
      'no such table',
    ].join('\n'),
  );
  expect(step.log).not.toMatch(/^::error::not mine$/m);
  expect(await heroku.slugReleases(app)).toMatchObject([{ version: 2, status: 'failed' }]);
});

test('a change of config vars runs the release phase of the slug that is there, and says so', async () => {
  const app = await heroku.createApp();
  const old = 'test "$ALLOWED" != no';
  const first = await runAction(heroku.inputs(app), { workspace: appWith(old) });
  expect(first.exitCode, first.log).toBe(0);
  const step = await runAction(
    { ...heroku.inputs(app), 'config-vars': 'ALLOWED=no' },
    { workspace: appWith('true') },
  );
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toContain(`Release v3 of ${app} failed`);
  expect(step.log).toContain(`%0AIts release command: ${old}%0A`);
});

test('a release phase that outlasts release-timeout fails the step, which says that it goes on', async () => {
  const app = await heroku.createApp();
  const step = await runAction(
    { ...heroku.inputs(app), 'release-timeout': '3' },
    { workspace: appWith('echo started; sleep 600') },
  );
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toContain(
    `Release v2 of ${app} is still pending after 3 s; Heroku may still finish it.`,
  );
  expect(step.log).toContain('release-timeout');
  expect(await heroku.slugReleases(app)).toMatchObject([{ version: 2, status: 'pending' }]);
});

/** The container that runs a command with this token. */
function containerOf(token: string): string {
  const containers = docker('ps', '--no-trunc', '--format', '{{.Names}} {{.Command}}').split('\n');
  const [name = ''] = containers.find((line) => line.includes(token))?.split(' ') ?? [];
  return name;
}
