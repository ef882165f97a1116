import { getExecOutput } from '@actions/exec';

/** The commit that a slug is built from, as far as it can be found out. */
export interface Commit {
  /** Full hash. */
  readonly id: string;
  /** First line of its message, where git knows it. */
  readonly subject: string | undefined;
}

/** Where continuous integration systems say which commit they run for. */
const commitVariables = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA', // GitLab
  'CIRCLE_SHA1',
  'BUILDKITE_COMMIT',
  'BITBUCKET_COMMIT',
  'TRAVIS_COMMIT',
];

/**
 * Finds the commit of the app's folder: from git, else from the environment that a continuous
 * integration system sets (a container job's git may refuse a checkout that another user owns).
 */
export async function findCommit(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Commit | undefined> {
  const [id, subject] = (await askGit(folder)) ?? [];
  if (id) return { id, subject };
  const known = commitVariables.map((name) => environment[name]).find((value) => value);
  return known ? { id: known, subject: undefined } : undefined;
}

async function askGit(folder: string): Promise<string[] | undefined> {
  try {
    // With log.showSignature set, git would put the signature's check before the hash.
    const args = ['-c', 'log.showSignature=false', 'log', '-1', '--format=%H%n%s'];
    const { exitCode, stdout } = await getExecOutput('git', args, {
      cwd: folder,
      silent: true,
      ignoreReturnCode: true,
    });
    return exitCode === 0 ? stdout.trim().split('\n') : undefined;
  } catch {
    return undefined; // No git on this machine: the environment may still know.
  }
}
