/** Where the build keeps what it may need again; outside `/app`, so that it does not ship. */
export const cacheFolder = '/tmp/cache';

/** What a RUN instruction of the app's build gets besides the image's files. */
export interface RunMounts {
  /** Name of the cache that is mounted at {@link cacheFolder}; `undefined` for none. */
  readonly cache?: string | undefined;
  /** Whether two builds may use the cache at the same time: `shared` where it is not said. */
  readonly sharing?: 'shared' | 'locked';
  /** Names of secrets, each of which becomes an environment variable. */
  readonly secrets?: readonly string[];
}

/** What stands between RUN and its command: each mount on a line of its own, or nothing. */
export function runMounts({ cache, sharing, secrets = [] }: RunMounts): string {
  const lock = sharing === 'locked' ? ',sharing=locked' : '';
  const mounts = [
    ...(cache === undefined
      ? []
      : [`type=cache,id=${cache},target=${cacheFolder},uid=1000,gid=1000${lock}`]),
    ...secrets.map((name) => `type=secret,id=${name},env=${name}`),
  ];
  return mounts.map((mount) => `--mount=${mount} \\\n    `).join('');
}

/** Commands of one RUN instruction, each of which runs where the one before succeeded. */
export function inOneLayer(commands: readonly string[]): string {
  return commands.join(' \\\n && ');
}
