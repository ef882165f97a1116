import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { findCommit, findCommitTime } from '../../src/app/commit.ts';
import { temporaryFolder } from '../support/folder.ts';
import { firstCommitTime, repository } from './repository.ts';

const ci = { GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567' };

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

describe('the time of the commit', () => {
  test('is that of the last one that touched the app’s folder', async () => {
    const { folder, commit } = repository('First', { 'shop/file': '', 'blog/file': '' });
    writeFileSync(join(folder, 'blog/file'), 'more');
    commit('Write', firstCommitTime + 60);
    expect(await findCommitTime(join(folder, 'shop'))).toBe(firstCommitTime);
    expect(await findCommitTime(join(folder, 'blog'))).toBe(firstCommitTime + 60);
    expect(await findCommitTime(folder)).toBe(firstCommitTime + 60);
  });

  test('is that of the last of all where the history is not there', async () => {
    const { folder, commit } = repository('First', { 'shop/file': '', 'blog/file': '' });
    writeFileSync(join(folder, 'blog/file'), 'more');
    commit('Write', firstCommitTime + 60);
    const checkout = join(temporaryFolder(), 'checkout');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${folder}`, checkout]);
    expect(await findCommitTime(join(checkout, 'shop'))).toBe(firstCommitTime + 60);
  });

  test('is not known of a folder that no commit has, nor without a repository', async () => {
    const { folder } = repository('First', { 'shop/file': '' });
    mkdirSync(join(folder, 'new'));
    writeFileSync(join(folder, 'new/file'), '');
    expect(await findCommitTime(join(folder, 'new'))).toBeUndefined();
    expect(await findCommitTime(temporaryFolder())).toBeUndefined();
  });
});
