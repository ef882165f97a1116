import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { findCommit } from '../../src/app/commit.ts';
import { temporaryFolder } from '../support/folder.ts';

const ci = { GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567' };

/** A repository with one commit; `git` runs more commands in it. */
function repository(message: string, files: Record<string, string> = { file: 'text' }) {
  const folder = temporaryFolder(files);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  git('init');
  git('add', '.');
  git('commit', '--allow-empty-message', '--message', message);
  return { folder, git, head: git('rev-parse', 'HEAD') };
}

describe('the commit of a slug', () => {
  test('is the one that the app’s folder is at, whatever the environment says', async () => {
    const { folder, head } = repository('Sell café\n\nNot this line.');
    expect(await findCommit(folder, ci)).toEqual({ id: head, subject: 'Sell café' });
  });

  test('is the repository’s where the app is a folder in it', async () => {
    const { folder, head } = repository('Add shop', { 'apps/shop/file': 'text' });
    const commit = await findCommit(join(folder, 'apps/shop'), {});
    expect(commit).toEqual({ id: head, subject: 'Add shop' });
  });

  test('is the last one of a shallow and detached checkout', async () => {
    const { folder, git } = repository('First');
    git('commit', '--allow-empty', '--message', 'Second');
    const head = git('rev-parse', 'HEAD');
    const checkout = join(temporaryFolder(), 'checkout');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${folder}`, checkout]);
    execFileSync('git', ['checkout', '--quiet', '--detach'], { cwd: checkout });
    expect(await findCommit(checkout, ci)).toEqual({ id: head, subject: 'Second' });
  });

  test('has no subject where it has no message', async () => {
    const { folder, head } = repository('');
    expect(await findCommit(folder, {})).toEqual({ id: head, subject: undefined });
  });

  test('is its hash and nothing else, even where git is set to show signatures', async () => {
    const { folder, git, head } = repository('Signed');
    const commit = git('cat-file', '-p', 'HEAD').replace('\n\n', '\ngpgsig none\n\n');
    const signed = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
      cwd: folder,
      input: `${commit}\n`,
      encoding: 'utf8',
    }).trim();
    git('update-ref', 'HEAD', signed);
    git('config', 'log.showSignature', 'true');
    expect(signed).not.toBe(head);
    expect(await findCommit(folder, {})).toEqual({ id: signed, subject: 'Signed' });
  });

  test.each([
    'GITHUB_SHA',
    'CI_COMMIT_SHA',
    'CIRCLE_SHA1',
    'BUILDKITE_COMMIT',
    'BITBUCKET_COMMIT',
    'TRAVIS_COMMIT',
  ])('is what %s says where there is no repository', async (name) => {
    const environment = { [name]: 'abc123', EMPTY: '' };
    expect(await findCommit(temporaryFolder(), environment)).toEqual({ id: 'abc123' });
  });

  test('is what the environment says where the repository has no commit yet', async () => {
    const folder = temporaryFolder();
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    expect(await findCommit(folder, ci)).toEqual({ id: ci.GITHUB_SHA });
  });

  test('is what the environment says where there is no git', async () => {
    vi.stubEnv('PATH', temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const { id } = (await findCommit(temporaryFolder(), ci)) ?? {};
    expect(id).toBe(ci.GITHUB_SHA);
  });

  test('is unknown where nobody knows it', async () => {
    expect(await findCommit(temporaryFolder(), { GITHUB_SHA: '' })).toBeUndefined();
    expect(await findCommit('/no/such/folder', {})).toBeUndefined();
  });
});
