import { runContainer, type Streams } from '../docker/attach.ts';
import type { ContainerOptions } from '../docker/container.ts';
import { connectEngine, type Engine, isRootless } from '../docker/engine.ts';
import { shellCommand } from '../docker/shell-command.ts';
import { DeployError, messageOf } from '../errors.ts';
import type { Stack } from '../heroku/stack.ts';
import type { Context } from './context.ts';
import { buildBase, buildImages } from './steps/images.ts';
import { prepareSource, readSource, stackWithoutApp } from './steps/source.ts';
import { readVariables } from './steps/variables.ts';

type Variables = Readonly<Record<string, string>>;

/**
 * Runs one command: in the base image on the app's own folder, as the user who calls, or in the
 * app's image as it was built.
 * @throws DeployError with the command's exit code, where that is not 0.
 */
export async function exec(context: Context): Promise<void> {
  if (context.settings.run === '') {
    throw new DeployError(
      'There is no command to run.',
      'Name it with "run", or behind "exec" on the command line: heroku-docker exec npm install.',
    );
  }
  const variables = await readVariables(context);
  const engine = await connectEngine();
  const runIn = { base: runInBaseImage, app: runInAppImage }[context.settings.image];
  const exitCode = await runIn(context, engine, variables);
  if (exitCode !== 0) throw commandFailed(exitCode);
}

async function runInAppImage(context: Context, engine: Engine, variables: Variables) {
  const { app } = await build(context, engine, buildImages);
  return run(context, { image: app.id }, variables);
}

async function runInBaseImage(context: Context, engine: Engine, variables: Variables) {
  const { workingDirectory } = context.settings;
  if (engine.socketPath === undefined) throw notMountable('is another machine’s');
  const { image } = (await build(context, engine, buildBase)).base;
  checkMountPoint(image.workingDirectory);
  const user = await callingUser();
  try {
    return await run(
      context,
      {
        image: image.id,
        mounts: { [workingDirectory]: image.workingDirectory },
        ...(user !== undefined && { user }),
      },
      // The image's own may be another user's.
      { HOME: '/tmp', ...variables },
    );
  } catch (error) {
    // The engine's own words; Docker Desktop has the second.
    if (!/bind source path does not exist|mounts denied/i.test(messageOf(error))) throw error;
    throw notMountable(`does not have ${workingDirectory}`, error);
  }
}

/** Takes the app's folder to the images that are asked for. */
async function build<Images>(
  context: Context,
  engine: Engine,
  steps: (context: Context, engine: Engine, stack: Stack) => Promise<Images>,
): Promise<Images> {
  const source = readSource(context);
  const stack = stackWithoutApp(context);
  await prepareSource(context, source, stack);
  return steps(context, engine, stack);
}

function run(
  { settings, reporter, signal, terminal }: Context,
  container: Omit<ContainerOptions, 'command' | 'environment'>,
  environment: Variables,
): Promise<number> {
  const command = shellCommand({
    shell: 'sh',
    script: settings.run,
    environment,
    joinOutput: false,
  });
  const streams: Streams =
    terminal === undefined
      ? { kind: 'lines', onLine: (line) => reporter.output(line) }
      : { kind: 'own', isTerminal: terminal.isInteractive };
  return runContainer({ ...container, ...command }, streams, signal);
}

/** A mount hides what is below it: over `/` nothing of the image would be left. */
function checkMountPoint(workingDirectory: string): void {
  if (workingDirectory !== '' && workingDirectory !== '/') return;
  throw new DeployError(
    'The app’s folder cannot be mounted: the base image’s working directory is /.',
    'Set one below /app in the Dockerfile (WORKDIR /app/src), or use "image: app", which mounts nothing.',
  );
}

/**
 * Files that a command makes are to be the caller's. Below an engine without root the container's
 * root is the caller; Windows knows no such ids.
 */
async function callingUser(): Promise<string | undefined> {
  if (process.getuid === undefined || process.getgid === undefined) return undefined;
  return (await isRootless()) ? '0:0' : `${process.getuid()}:${process.getgid()}`;
}

function notMountable(problem: string, cause?: unknown): DeployError {
  return new DeployError(
    `The app’s folder cannot be mounted: the Docker engine ${problem}.`,
    'Use "image: app", which mounts nothing, or an engine that has the same files as this process.',
    { cause },
  );
}

/** What shells say by an exit code of their own (POSIX, "Exit Status for Commands"). */
const shellCodes: Readonly<Record<number, string>> = {
  126: 'A program that it names is not executable.',
  127: 'A program that it names is not in the image, or not on its PATH.',
};

function commandFailed(exitCode: number): DeployError {
  return new DeployError(
    `The command ended with exit code ${exitCode}.`,
    shellCodes[exitCode] ?? 'What it wrote above says why; run it again once that is mended.',
    { exitCode },
  );
}
