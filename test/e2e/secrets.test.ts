import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownDockerfileApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { docker, machine } from '../support/machine.ts';
import { runAction } from '../support/runner.ts';

const heroku = useLocalHeroku();

const secret = 'npm_s3cr3t-value';

test('a build secret is there in the build, and nowhere else', async () => {
  const app = await heroku.createApp();
  const workspace = ownDockerfileApp(machine.stackImage);
  writeFileSync(
    join(workspace, 'Dockerfile'),
    [
      `FROM ${machine.stackImage}`,
      'USER root',
      'WORKDIR /app/web',
      'COPY . .',
      'RUN --mount=type=secret,id=NPM_TOKEN wc --bytes < /run/secrets/NPM_TOKEN > secret-length',
      '',
    ].join('\n'),
  );
  const commands = watchCommandLines();
  const step = await runAction(
    { ...heroku.inputs(app), secrets: `NPM_TOKEN=${secret}` },
    { workspace },
  );
  expect(step.exitCode, step.log).toBe(0);
  expect(withoutMasking(step.log)).not.toContain(secret);
  expect(docker('image', 'history', '--no-trunc', String(step.outputs['image-id']))).not.toContain(
    secret,
  );
  expect(await commands.stop()).not.toContain(secret);
  const slug = execFileSync('tar', ['xzOf', String(step.outputs['slug-path'])], {
    maxBuffer: 1 << 26,
  });
  expect(slug.includes(secret)).toBe(false);
  expect(slug.includes(`${secret.length}\n`)).toBe(true);
});

test('the token and the signed URL are masked before anything can show them', async () => {
  const app = await heroku.createApp();
  const inputs = heroku.inputs(app);
  const step = await runAction(inputs, { workspace: ownDockerfileApp(machine.stackImage) });
  expect(step.exitCode, step.log).toBe(0);
  expect(step.log.split('\n')[0]).toBe(`::add-mask::${inputs['api-key']}`);
  expect(withoutMasking(step.log)).not.toContain(inputs['api-key']);
  expect(withoutMasking(step.log)).not.toMatch(/[?&](signature|X-Amz-Signature)=/i);
});

/** What a reader of the log sees: the runner swallows the lines that tell it what to mask. */
function withoutMasking(log: string): string {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');
}

/** Gathers the command lines of all processes, a few times a second. */
function watchCommandLines() {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const line of execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n')) {
      seen.add(line);
    }
  }, 100);
  return {
    async stop(): Promise<string> {
      clearInterval(timer);
      return [...seen].join('\n');
    },
  };
}
