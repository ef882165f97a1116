import { execFileSync } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeApp } from '../support/apps.ts';
import { machine } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, type Step } from '../support/runner.ts';

const copied = [`FROM ${machine.stackImage}`, 'USER root', 'WORKDIR /app/web', 'COPY . .', ''];

function app(dockerfile: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  return writeApp({
    Dockerfile: dockerfile.join('\n'),
    Procfile: 'web: true',
    'server.js': '',
    'read.md': '',
    'docs/one.md': '',
    'docs/two/three': '',
    'lib/docs/four': '',
    'spec/s.js': '',
    'lib/spec/s.js': '',
    'debug.log': '',
    'keep.log': '',
    'a [b] (c)/d.js': '',
    '.dockerignore': '*.log\n!keep.log\n!docs\n',
    '.slugignore': '# not for Heroku\n*.md\n\n/docs\nspec\nDockerfile\nProcfile\na \\[b\\]*/*.js\n',
    ...files,
  });
}

const left = ['.dockerignore', '.slugignore', 'keep.log', 'lib/docs/four', 'server.js'];

function build(workspace: string): Promise<Step> {
  return runAction({ command: 'build', 'stack-image': machine.stackImage }, { workspace });
}

/** The app's own files in the slug. */
function slugFiles(step: Step): string[] {
  expect(step.exitCode, step.log).toBe(0);
  return execFileSync('tar', ['tzf', String(step.outputs['slug-path'])], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path.startsWith('./app/web/') && !path.endsWith('/'))
    .map((path) => path.slice('./app/web/'.length))
    .sort();
}

describe('a slug lacks what .slugignore and .dockerignore name', () => {
  test('with a Dockerfile that copies the app', async () => {
    const step = await build(app(copied));
    expect(slugFiles(step)).toEqual(left);
    expect(step.outputs['process-types']).toBe('{"web":"true"}');
    expect(step.log).toContain(
      '.slugignore: 6 patterns applied, 7 files and folders kept out of the build\n',
    );
    expect(leftInTemporaryFolder(step)).toEqual([
      basename(dirname(String(step.outputs['slug-path']))),
    ]);
  });

  test('with a Dockerfile whose base image waits for the app', async () => {
    const waiting = copied.map((line) => line.replace('COPY', 'ONBUILD COPY'));
    expect(slugFiles(await build(app(waiting)))).toEqual(left);
  });

  test('with a .dockerignore of the Dockerfile’s own, which the app’s build heeds too', async () => {
    const waiting = copied.map((line) => line.replace('COPY', 'ONBUILD COPY'));
    const step = await build(app(waiting, { 'Dockerfile.dockerignore': 'lib\n*ignore\n' }));
    expect(slugFiles(step)).toEqual(['debug.log', 'keep.log', 'server.js']);
  });
});

test('a line that is to bring something back is said to do nothing', async () => {
  const step = await build(app(copied, { '.slugignore': '*.md\n!read.md\n' }));
  expect(slugFiles(step)).not.toContain('read.md');
  expect(step.log).toContain('::warning file=.slugignore,line=2::"!read.md" brings nothing back');
});
