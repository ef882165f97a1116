import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DeployError } from '../../../src/errors.ts';
import { parseStack } from '../../../src/heroku/stack.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { writeDockerfile } from '../../../src/verbs/steps/write-dockerfile.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { RecordingReporter } from '../../support/reporter.ts';
import { createSettings } from '../../support/settings.ts';

const nodeApp = { 'package.json': '{}', 'package-lock.json': '{ "lockfileVersion": 3 }' };

async function run(files: Readonly<Record<string, string>>, overrides: Partial<Settings> = {}) {
  const folder = temporaryFolder(files);
  const reporter = new RecordingReporter();
  const settings = createSettings({ workingDirectory: folder, ...overrides });
  const result = await writeDockerfile({ settings, reporter }, parseStack('heroku-26'));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { folder, reporter, result, read };
}

describe('init', () => {
  it('writes both files, and says for which platform and why', async () => {
    const { result, read, reporter } = await run(nodeApp);
    expect(result).toEqual({
      platform: 'node',
      dockerfile: 'Dockerfile',
      written: true,
      dockerignoreWritten: true,
    });
    expect(read('Dockerfile')).toContain('ARG STACK_IMAGE=heroku/heroku:26-build\n');
    expect(read('.dockerignore')).toContain('\nDockerfile\n');
    expect(reporter.infos).toEqual([
      expect.stringMatching(
        /^node: Node\.js 24\.\d+\.\d+ \(the default\), npm \(package-lock\.json is npm's\)$/,
      ),
      'Wrote .dockerignore.',
      'Wrote Dockerfile.',
    ]);
    expect(reporter.warnings).toEqual([]);
  });

  it('goes by what .slugignore leaves in the build, and overwrites nothing that it names', async () => {
    const files = { ...nodeApp, 'yarn.lock': '', '.dockerignore': 'mine', '.env': '' };
    const { result, read, reporter } = await run({ ...files, '.slugignore': 'yarn.lock\n.*\n' });
    expect(reporter.infos[0]).toContain("npm (package-lock.json is npm's)");
    expect(reporter.warnings).toEqual([]);
    expect(result.dockerignoreWritten).toBe(false);
    expect(read('.dockerignore')).toBe('mine');
    const kept = await run({ ...nodeApp, Dockerfile: 'FROM a', '.slugignore': 'Dockerfile' });
    expect(kept.result).toMatchObject({ platform: 'node', written: false });
    expect(kept.read('Dockerfile')).toBe('FROM a');
  });

  it('tells of other languages that the files fit, unless one was chosen', async () => {
    const files = {
      ...nodeApp,
      'index.php': '',
      'go.mod': 'module a\n',
      'main.go': 'package main',
    };
    const detected = await run(files);
    expect(detected.result.platform).toBe('go');
    expect(detected.reporter.infos[0]).toBe(
      'The app\'s files fit go and php and node: go is taken. The setting "template" chooses another.',
    );
    const chosen = await run(files, { template: 'php' });
    expect(chosen.result.platform).toBe('php');
    expect(chosen.reporter.infos[0]).toMatch(/^php: /);
  });

  it('passes warnings on with their places', async () => {
    const { reporter } = await run({ ...nodeApp, 'yarn.lock': '' });
    expect(reporter.warnings).toEqual([
      {
        message: expect.stringContaining('package-lock.json is not read'),
        location: { file: 'package-lock.json' },
      },
    ]);
  });

  it('leaves a Dockerfile that is there alone', async () => {
    const { result, read, reporter } = await run({ ...nodeApp, Dockerfile: 'FROM scratch\n' });
    expect(result).toMatchObject({ platform: 'node', written: false, dockerignoreWritten: false });
    expect(read('Dockerfile')).toBe('FROM scratch\n');
    expect(reporter.infos).toEqual(['Dockerfile is there and stays as it is.']);
  });

  it('needs no platform where a Dockerfile is there', async () => {
    const { result } = await run({ Dockerfile: 'FROM scratch\n' });
    expect(result.platform).toBeUndefined();
  });

  it('replaces a Dockerfile by force', async () => {
    const { result, read } = await run(
      { ...nodeApp, Dockerfile: 'FROM scratch\n' },
      { force: true },
    );
    expect(result.written).toBe(true);
    expect(read('Dockerfile')).toContain('# Node.js');
  });

  it('writes a Dockerfile of another name, in a new folder too', async () => {
    const { read } = await run(nodeApp, { dockerfile: 'docker/web.Dockerfile' });
    expect(read('docker/web.Dockerfile')).toContain('# Node.js');
    expect(read('.dockerignore')).toContain('\ndocker/web.Dockerfile\n');
  });

  it('leaves a .dockerignore that is there alone', async () => {
    const { result, read } = await run({ ...nodeApp, '.dockerignore': 'tmp\n' });
    expect(result).toMatchObject({ written: true, dockerignoreWritten: false });
    expect(read('.dockerignore')).toBe('tmp\n');
  });

  it('warns where that .dockerignore lets secrets or installed packages in', async () => {
    const files = { ...nodeApp, '.env': 'A=1', 'node_modules/a/index.js': '' };
    const { reporter } = await run({ ...files, '.dockerignore': 'tmp\n' });
    expect(reporter.warnings.map(({ message }) => message)).toEqual([
      expect.stringContaining('does not list .env'),
      expect.stringContaining('does not list node_modules'),
    ]);
    const listed = await run({ ...files, '.dockerignore': '.env*\n**/node_modules/\n' });
    expect(listed.reporter.warnings).toEqual([]);
  });

  it('writes nothing where nothing is detected', async () => {
    const folder = temporaryFolder({ 'README.md': '' });
    const settings = createSettings({ workingDirectory: folder });
    const attempt = writeDockerfile(
      { settings, reporter: new RecordingReporter() },
      parseStack('heroku-24'),
    );
    await expect(attempt).rejects.toThrow(DeployError);
    expect(readdirSync(folder)).toEqual(['README.md']);
  });

  it('leaves no unfinished file behind', async () => {
    const { folder } = await run(nodeApp);
    expect(readdirSync(folder).sort()).toEqual([
      '.dockerignore',
      'Dockerfile',
      'package-lock.json',
      'package.json',
    ]);
    expect(existsSync(join(folder, 'Dockerfile'))).toBe(true);
  });
});
