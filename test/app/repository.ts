import { execFileSync } from 'node:child_process';
import { temporaryFolder } from '../support/folder.ts';

/** Of the first commit, in seconds since 1970. */
export const firstCommitTime = 1_600_000_000;

/** A repository with one commit; `git` runs more commands in it, `commit` adds all that changed. */
export function repository(message: string, files: Record<string, string> = { file: 'text' }) {
  const folder = temporaryFolder(files);
  const run = (args: readonly string[], environment: NodeJS.ProcessEnv = {}) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const git = (...args: string[]) => run(args);
  const commit = (message: string, time: number) => {
    git('add', '.');
    run(['commit', '--allow-empty', '--allow-empty-message', '--message', message], {
      GIT_COMMITTER_DATE: `${time} +0200`,
    });
  };
  git('init');
  commit(message, firstCommitTime);
  return { folder, git, commit, head: git('rev-parse', 'HEAD') };
}
