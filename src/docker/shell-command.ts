/** A script that a container is to run, with its environment. */
export interface ShellOptions {
  /** The shell that runs it: what the image has, or what the platform uses. */
  readonly shell: 'sh' | 'bash';
  /** In the shell's language, of one line or several. */
  readonly script: string;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Whether standard error goes where standard output does, as in the platform's log: the engine
   * keeps no order between the two.
   */
  readonly joinOutput: boolean;
}

/** What a container is created with: see `ContainerOptions`. */
export interface ShellCommand {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The Docker client takes the container's environment from its own, so that values need not stand on
 * its command line. A variable named `PATH`, `HOME` or `DOCKER_HOST` would then change which engine
 * the client speaks to, or whether it is found at all. Each travels under a name of this kind
 * therefore, as `NAME=value`, and the script takes it out.
 */
const carrier = 'HEROKU_DOCKER_VARIABLE_';

/** What a shell can export (POSIX, "Name"). */
const exportable = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Bash's own, which it refuses to take. No Docker client heeds them. */
const readOnly = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'PPID', 'SHELLOPTS', 'UID']);

/**
 * Makes a container's command of a script.
 *
 * The shell that runs it is the child of another, because the first process of a container is
 * special to the kernel: a signal that it has no handler for is dropped, so that a SIGTERM would not
 * end a program that the script starts with `exec`. The outer one catches Ctrl-C, which a terminal
 * sends to both, and goes on to pass the inner one's exit code on.
 */
export function shellCommand({
  shell,
  script,
  environment,
  joinOutput,
}: ShellOptions): ShellCommand {
  const all = Object.entries(environment);
  const carried = all.filter(([name]) => exportable.test(name) && !readOnly.has(name));
  const plain = all.filter(([name]) => !exportable.test(name) || readOnly.has(name));
  const carriers = carried.map((_, index) => `${carrier}${index}`);
  const outer = `trap : INT; ${shell} -c "$1"${joinOutput ? ' 2>&1' : ''}; exit $?`;
  return {
    command: [shell, '-c', outer, shell, `${unpacking(carriers)}${script}`],
    environment: {
      ...Object.fromEntries(plain),
      ...Object.fromEntries(
        carried.map(([name, value], index) => [`${carrier}${index}`, `${name}=${value}`]),
      ),
    },
  };
}

function unpacking(carriers: readonly string[]): string {
  if (carriers.length === 0) return '';
  const values = carriers.map((name) => `"$${name}"`).join(' ');
  return `export ${values}\nunset ${carriers.join(' ')}\n`;
}
