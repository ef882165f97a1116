import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findCommit, findCommitTime } from '../../src/app/commit.ts';
import { ensureImage, findImage } from '../../src/docker/image.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('A Git repository that lies in the app’s folder as files runs nothing: it is not taken for one', () => {
  /** A folder of a repository's own files, whose commit git would fetch by a program that they name. */
  function hiddenRepository() {
    const folder = temporaryFolder();
    const witness = join(temporaryFolder(), 'witness');
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' });
    git('init', '--bare');
    for (const [name, value] of [
      ['core.repositoryformatversion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', 'ssh://nowhere/shop'],
      ['core.sshCommand', `touch '${witness}'; false`],
    ] as const) {
      git('config', name, value);
    }
    git('symbolic-ref', 'HEAD', 'refs/heads/main');
    writeFileSync(join(folder, 'refs/heads/main'), `${'1'.repeat(40)}\n`);
    return { folder, witness };
  }

  test('git itself would run what it names', () => {
    const { folder, witness } = hiddenRepository();
    expect(() => execFileSync('git', ['log'], { cwd: folder, stdio: 'ignore' })).toThrow();
    expect(existsSync(witness)).toBe(true);
  });

  test.each([
    ['the commit', (folder: string) => findCommit(folder, {})],
    ['its time', findCommitTime],
  ])('when %s is asked for', async (_, ask) => {
    const { folder, witness } = hiddenRepository();
    expect(await ask(folder)).toBeUndefined();
    expect(existsSync(witness)).toBe(false);
  });
});

describe('The name of an image is never an option to Docker', () => {
  test.each(['--help', '--format={{.Id}}', '--all-tags', '-q'])('%s', async (name) => {
    await expect(findImage(name)).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringContaining('invalid reference format'),
    });
    const pulling = ensureImage(name, {
      pull: true,
      setting: 'stack-image',
      signal: new AbortController().signal,
      onLine: () => {},
    });
    await expect(pulling).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/cannot be pulled: .*invalid reference format/s),
    });
  });
});
