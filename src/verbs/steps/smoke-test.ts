import { filesize } from 'filesize';
import type { ProcessTypes } from '../../app/procfile.ts';
import { removeContainer } from '../../docker/container.ts';
import type { Image } from '../../docker/image.ts';
import { type Dyno, prepareDyno } from '../../dyno/dyno.ts';
import { DeployError, messageOf } from '../../errors.ts';
import type { App } from '../../heroku/apps.ts';
import type { HerokuClient } from '../../heroku/client.ts';
import type { DynoSize } from '../../heroku/dyno-sizes.ts';
import type { SmokeTestSettings } from '../../settings/smoke-test.ts';
import type { Slug } from '../../slug/create-slug.ts';
import type { Context } from '../context.ts';
import { readAppVariables, readVariables } from './variables.ts';

/** What a slug is to be booted with. */
export interface SmokeTest extends SmokeTestSettings {
  /** Id of the image that it boots on. */
  readonly runImage: string;
  readonly configVars: Readonly<Record<string, string>>;
  /** Host name that requests are for. */
  readonly host: string;
}

/** The app at Heroku that a slug is for. */
export interface Target {
  readonly client: HerokuClient;
  readonly app: App;
}

/**
 * Gets together what the smoke test needs besides the slug.
 * @param runImage may still be on its way.
 * @returns `undefined` where none was asked for.
 * @throws DeployError where the run image or the config vars cannot be had.
 */
export async function prepareSmokeTest(
  context: Context,
  runImage: Promise<Image>,
  target: Target | undefined,
): Promise<SmokeTest | undefined> {
  const { smokeTest } = context.settings;
  if (smokeTest === undefined) return undefined;
  const [configVars, { id }] = await Promise.all([
    smokeTest.config === 'app' && target !== undefined
      ? readAppVariables(context, target.client, target.app.name)
      : readVariables(context),
    runImage,
  ]);
  const webUrl = target?.app.webUrl;
  const host = webUrl === undefined ? 'localhost' : new URL(webUrl).host;
  return { ...smokeTest, runImage: id, configVars, host };
}

/** What is booted, and how. */
export interface SlugUnderTest {
  readonly slug: Slug;
  readonly processTypes: ProcessTypes;
  /** `undefined` where none was asked for. */
  readonly smokeTest: SmokeTest | undefined;
}

/**
 * Boots the finished slug as a dyno does, and does `work` only if that goes well. The dyno is killed
 * at once, but its files are many: they are removed while `work` is under way.
 * @throws DeployError where the web process crashes, does not listen, or answers otherwise than asked for.
 */
export async function afterSmokeTest<Result>(
  context: Context,
  { slug, processTypes, smokeTest }: SlugUnderTest,
  work: () => Promise<Result>,
): Promise<Result> {
  if (smokeTest === undefined) return work();
  const command = processTypes['web'];
  if (command === undefined) {
    context.reporter.warning('The slug has no web process type, so the smoke test boots nothing.');
    return work();
  }
  const dyno = await context.reporter.phase('Smoke test', () =>
    boot(context, smokeTest, slug, command),
  );
  // A container that stays is no reason to call a release that was made a failure.
  const removed = removeContainer(dyno.container).catch((error) =>
    context.reporter.warning(`The smoke test's container is left over: ${messageOf(error)}`),
  );
  try {
    return await work();
  } finally {
    await removed;
  }
}

/** Returns the dyno when it has proved fit. One that has not is removed. */
async function boot(
  context: Context,
  smokeTest: SmokeTest,
  slug: Slug,
  command: string,
): Promise<Dyno> {
  const { reporter, signal } = context;
  const prepared = await prepareDyno({
    slugPath: slug.path,
    runImage: smokeTest.runImage,
    processType: 'web',
    command,
    configVars: smokeTest.configVars,
    configSource: describeSource(context, smokeTest),
    name: 'web.1',
    memoryBytes: smokeTest.dynoSize.memoryBytes,
    signal,
  });
  const started = performance.now();
  const dyno = await prepared.start();
  try {
    await prove(context, smokeTest, dyno);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    reporter.info(`${feat(smokeTest)}, ${seconds} s after its start`);
    return dyno;
  } catch (error) {
    await tellLog(context, dyno).catch(() => {}); // What is wrong is said already.
    await removeContainer(dyno.container);
    throw error;
  }
}

function describeSource({ settings }: Context, { config }: SmokeTest): string {
  return config === 'app'
    ? 'the app’s config vars'
    : `the variables of ${settings.envFile ?? '.env'} for config vars ("smoke-test-config: app" takes the app’s own)`;
}

async function prove(
  { settings, signal }: Context,
  smokeTest: SmokeTest,
  dyno: Dyno,
): Promise<void> {
  const [outcome] = await Promise.allSettled([
    serves(dyno, smokeTest, settings.bootTimeoutSeconds),
  ]);
  signal.throwIfAborted();
  if (await dyno.ranOutOfMemory()) throw outOfMemory(smokeTest.dynoSize, outcome);
  if (outcome.status === 'rejected') throw outcome.reason;
}

async function serves(
  dyno: Dyno,
  { path, status, host }: SmokeTest,
  timeoutSeconds: number,
): Promise<void> {
  await dyno.waitUntilListening(timeoutSeconds);
  if (path !== undefined) await dyno.waitUntilAnswering({ path, status, host }, timeoutSeconds);
}

function feat({ path, status }: SmokeTest): string {
  const listens = 'web.1 listens on $PORT';
  return path === undefined ? listens : `${listens} and answers GET ${path} with ${status}`;
}

/** Swap space gives as much again, as on the platform; on a machine without it, the size is all there is. */
function outOfMemory(size: DynoSize, outcome: PromiseSettledResult<void>): DeployError {
  const memory = filesize(size.memoryBytes, { standard: 'jedec' });
  const killed = `A process of web.1 was killed: it wanted more memory than a ${size.name} dyno has (${memory}).`;
  return new DeployError(
    outcome.status === 'rejected' ? `${killed}\n${messageOf(outcome.reason)}` : killed,
    'Let it want less, or say with "dyno-size" what it runs on; the platform logs R14 above that size, and R15 above twice as much, where it kills the dyno.',
    outcome.status === 'rejected' ? { cause: outcome.reason } : {},
  );
}

/** What the dyno wrote, as far as it is kept; nobody waits for that in a run that is cancelled. */
async function tellLog({ reporter, signal }: Context, dyno: Dyno): Promise<void> {
  if (signal.aborted) return;
  for (const { text } of await dyno.logs()) reporter.output(text);
}
