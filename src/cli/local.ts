import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { stdout } from 'node:process';
import { type Command, type CommandOptions, Option } from 'commander';
import { DeployError } from '../errors.ts';
import { HerokuClient } from '../heroku/client.ts';
import { waitForRelease } from '../heroku/final-release.ts';
import {
  destroyLocalApp,
  ensureLocalApp,
  type LocalApp,
  listLocalApps,
  readLocalLogs,
  rollBackLocalApp,
  stopLocalDynos,
} from '../local-heroku/operations.ts';
import {
  connectLocalHeroku,
  destroyLocalHeroku,
  type LocalHeroku,
  startLocalHeroku,
} from '../local-heroku/server.ts';
import type { Reporter } from '../reporter.ts';
import type { Context } from '../verbs/context.ts';
import { runVerb } from '../verbs/index.ts';

const shownLogLines = 20;

/** Flags that say which local Heroku is meant. */
interface LocalFlags {
  /** Folder that keeps its state. */
  readonly state: string;
  readonly runImage?: string;
}

/** Adds `--local` and what goes with it to `release`. */
export function addLocalFlags(command: Command): void {
  command.option(
    '--local',
    'Release to an embedded Heroku on this machine; it needs no account and makes the app if need be.',
  );
  command.addOption(stateFlag()); // It has a flag for the run image already.
}

/** Adds the commands that look after the embedded Heroku. */
export function addLocalCommands(program: Command, reporter: Reporter, signal: AbortSignal): void {
  const local = program
    .command('local')
    .description('look after the embedded Heroku on this machine');
  const add = (usage: string, description: string, options: CommandOptions = {}) => {
    const command = local.command(usage, options).description(description);
    for (const flag of localFlags()) command.addOption(flag);
    return command;
  };

  add('list', 'list apps with their release and URL', { isDefault: true }).action(
    (flags: LocalFlags) =>
      withLocalHeroku(flags, reporter, async (heroku) => {
        for (const app of await listLocalApps(heroku)) print(describe(app));
      }),
  );
  add('logs <app>', 'show what the dynos of an app wrote').action(
    (app: string, flags: LocalFlags) =>
      withLocalHeroku(flags, reporter, async (heroku) => {
        for (const line of await readLocalLogs(heroku, app)) print(line);
      }),
  );
  add('rollback <app> [version]', 'go back to a release, or to the one before the current').action(
    (app: string, version: string | undefined, flags: LocalFlags) =>
      withLocalHeroku(flags, reporter, async (heroku) =>
        print(describe(await rollBack(heroku, app, parseVersion(version), reporter, signal))),
      ),
  );
  add('stop <app>', 'stop the dynos of an app until its next release').action(
    (app: string, flags: LocalFlags) =>
      withLocalHeroku(flags, reporter, (heroku) => stopLocalDynos(heroku, app)),
  );
  add('destroy [app]', 'remove an app, or without one everything, dynos and slugs included').action(
    (app: string | undefined, flags: LocalFlags) =>
      app === undefined
        ? destroyLocalHeroku(flags.state)
        : withLocalHeroku(flags, reporter, (heroku) => destroyLocalApp(heroku, app)),
  );
  add('create <app>', 'make an app')
    .option('--stack <name>', 'Its stack.')
    .action((app: string, flags: LocalFlags & { stack?: string }) =>
      withLocalHeroku(flags, reporter, (heroku) => ensureLocalApp(heroku, app, flags.stack)),
    );
  add('serve', 'answer as a Platform API until it is stopped')
    .option('--port <number>', 'Where to listen on 127.0.0.1. Default: a free port.')
    .option('--token <token>', 'What clients must send as their token. Default: a random one.')
    .action((flags: LocalFlags & { port?: string; token?: string }) =>
      serve(flags, reporter, signal),
    );
}

/**
 * Runs `release` against the embedded Heroku and leaves the app's dynos running.
 * @throws DeployError where the web dyno does not stay up: the platform itself would call the
 *   release a success all the same, but whoever tries an app here wants to know.
 */
export async function releaseLocally(context: Context, command: Command): Promise<void> {
  const { settings, reporter, report } = context;
  await withLocalHeroku(command.opts<LocalFlags>(), reporter, async (heroku) => {
    const [app = appNameOf(settings.workingDirectory)] = settings.apps;
    await ensureLocalApp(heroku, app, settings.stack?.name);
    await runVerb({
      ...context,
      settings: { ...settings, apps: [app], apiKey: heroku.token, platformUrl: heroku.url },
    });
    if (report.outputs['release-version'] !== undefined) {
      reporter.info(describe(await upApp(heroku, app)));
    }
  });
}

async function upApp(heroku: LocalHeroku, name: string): Promise<LocalApp> {
  const app = await findLocalApp(heroku, name);
  if (!app.dynos.some(({ state }) => state === 'crashed')) return app;
  const lines = await readLocalLogs(heroku, name);
  throw new DeployError(
    `${name} was released as v${app.release.version}, but a dyno crashed:\n${lines.slice(-shownLogLines).join('\n')}`,
    'Mend what its log says and release again; "heroku-docker local logs" shows all of it.',
  );
}

async function findLocalApp(heroku: LocalHeroku, name: string): Promise<LocalApp> {
  const app = (await listLocalApps(heroku)).find((candidate) => candidate.name === name);
  if (app !== undefined) return app;
  throw new DeployError(
    `There is no app ${name}.`,
    '"heroku-docker local list" shows those there are.',
  );
}

/** Ends with the app as it is when the rollback is done, for a server that ends with this command. */
async function rollBack(
  heroku: LocalHeroku,
  app: string,
  version: number | undefined,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<LocalApp> {
  const client = new HerokuClient({ url: heroku.url, token: heroku.token, reporter, signal });
  try {
    await waitForRelease(client, app, await rollBackLocalApp(heroku, app, version));
    return await findLocalApp(heroku, app);
  } finally {
    await client.close();
  }
}

function stateFlag(): Option {
  return new Option('--state <folder>', 'Where the embedded Heroku keeps its state.').default(
    join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'heroku-docker'),
  );
}

function localFlags(): Option[] {
  return [
    stateFlag(),
    new Option(
      '--run-image <image>',
      'The image that its dynos boot on. Default: heroku/heroku:<n> of the app’s stack.',
    ),
  ];
}

async function withLocalHeroku<Result>(
  flags: LocalFlags,
  reporter: Reporter,
  work: (heroku: LocalHeroku) => Promise<Result>,
): Promise<Result> {
  const heroku = await connectLocalHeroku(startOptions(flags, reporter));
  try {
    return await work(heroku);
  } finally {
    await heroku.stop();
  }
}

function startOptions({ state, runImage }: LocalFlags, reporter: Reporter, token?: string) {
  return {
    folder: state,
    token: token ?? randomUUID(),
    ...(runImage !== undefined && { runImages: runImage }),
    onLine: (line: string) => reporter.output(line),
  };
}

async function serve(
  flags: LocalFlags & { port?: string; token?: string },
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const heroku = await startLocalHeroku({
    ...startOptions(flags, reporter, flags.token),
    ...(flags.port !== undefined && { port: parsePort(flags.port) }),
  });
  print(`platform-url=${heroku.url}`);
  print(`api-key=${heroku.token}`);
  reporter.info('The embedded Heroku answers until Ctrl-C; its dynos go on running after that.');
  if (!signal.aborted) await once(signal, 'abort');
  await heroku.stop();
}

function appNameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  return name.length < 3 ? `app-${name}` : name.slice(0, 30);
}

function describe({ name, release, webUrl, dynos }: LocalApp): string {
  const states = dynos.map((dyno) => `${dyno.name} ${dyno.state}`).join(', ');
  return [name, `v${release.version} ${release.status}`, webUrl, states || 'no dynos'].join('  ');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new DeployError(`Invalid --port: "${text}".`, 'Name a port number up to 65535.');
}

function parseVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const version = Number(text.replace(/^v/, ''));
  if (Number.isInteger(version)) return version;
  throw new DeployError(`"${text}" is not a release.`, 'Name a version such as v12.');
}

function print(line: string): void {
  stdout.write(`${line}\n`);
}
