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
  const [id, subject] = (await askGit(folder, hashAndSubject)) ?? [];
  if (id) return { id, subject };
  const known = commitVariables.map((name) => environment[name]).find((value) => value);
  return known ? { id: known, subject: undefined } : undefined;
}

/**
 * Finds the time of the last commit that touched the app's folder, in seconds since 1970: one
 * elsewhere in the repository leaves it as it was. Of a shallow clone, whose history ends with the
 * commit at hand, it is that commit's. Nothing where git does not know the folder.
 */
export async function findCommitTime(folder: string): Promise<number | undefined> {
  const [time = '', id] = (await askGit(folder, timeOfLast))?.[0]?.split(' ') ?? [];
  return id ? Number(time) : undefined;
}

/** With log.showSignature set, git would put the signature's check before the hash. */
const hashAndSubject = ['-c', 'log.showSignature=false', 'log', '-1', '--format=%H%n%s'];

/** `1700000000 <hash>` of HEAD's history; git's settings for its log do not hold for this one. */
const timeOfLast = ['rev-list', '--max-count=1', '--timestamp', 'HEAD', '--', '.'];

/**
 * Files in a checkout may make up a repository of their own, whose settings name programs to run
 * (https://git-scm.com/docs/git-config#Documentation/git-config.txt-safebareRepository).
 */
const noHiddenRepository = ['-c', 'safe.bareRepository=explicit'];

/** The lines of git's answer. */
async function askGit(folder: string, args: readonly string[]): Promise<string[] | undefined> {
  try {
    const { exitCode, stdout } = await getExecOutput('git', [...noHiddenRepository, ...args], {
      cwd: folder,
      env: { ...(process.env as Record<string, string>), GIT_ALLOW_PROTOCOL: '' }, // For git before 2.38.
      silent: true,
      ignoreReturnCode: true,
    });
    return exitCode === 0 ? stdout.trim().split('\n') : undefined;
  } catch {
    return undefined; // No git on this machine: the environment may still know.
  }
}
