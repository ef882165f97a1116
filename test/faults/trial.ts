import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { writeApp } from '../support/apps.ts';
import type { TriedFault } from '../support/fault-reporter.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInEngine } from '../support/left-in-engine.ts';
import { machine, removeImages } from '../support/machine.ts';
import {
  leftInTemporaryFolder,
  runAction,
  runPostStep,
  type Step,
  type StepOptions,
} from '../support/runner.ts';
import { FaultProxy } from './fault-proxy.ts';

/** `ended` is at once, without a word: as it was told to a second time. */
export type Outcome = 'released' | 'failed' | 'ended';

/** How a run is to end that has met a fault. */
export interface Survival {
  readonly outcome: Outcome;
  /** What the log says: of a failure, what happened and how to mend it. */
  readonly saying: RegExp;
  /** How many releases with a slug the app has then; 1 if released and 0 if failed where not said. */
  readonly releases?: number;
}

/** What a step is run with besides what every step of a trial has. */
export interface RunOptions
  extends Pick<StepOptions, 'environment' | 'onLog' | 'onStart' | 'folders'> {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly workspace?: string;
}

/** On every image that this file of the suite builds, in this run of it: others may be under way. */
export const imageLabel = `heroku-docker-release.test=${randomUUID()}`;

/** Larger than what a connection holds on its way, so that an upload has a middle. */
const data = randomBytes(2_000_000).toString('latin1');

/** An app that is built in no time where that was done before, and whose release boots nothing. */
export function smallApp(files: Readonly<Record<string, string>> = {}): string {
  return writeApp({
    Dockerfile: `FROM ${machine.stackImage}\nUSER root\nLABEL ${imageLabel}\nWORKDIR /app\nCOPY . .\n`,
    Procfile: 'worker: sleep infinity\n',
    data,
    ...files,
  });
}

/** An app whose every build takes a while, and that no earlier run has built. */
export function slowApp(): string {
  return smallApp({
    Dockerfile: [
      `FROM ${machine.stackImage}`,
      'USER root',
      `LABEL ${imageLabel}`,
      `RUN echo ${randomUUID()} && echo base step runs && sleep 2`,
      'ONBUILD COPY . /app/',
      'ONBUILD RUN echo app step runs && sleep 2',
      '',
    ].join('\n'),
  });
}

/** An app that listens on its port, and answers nothing. */
export function webApp(): string {
  return smallApp({ Procfile: 'web: while true; do nc -l -p "$PORT" -q 1; done\n' });
}

/**
 * Starts an embedded Heroku for the faults of a file.
 * @param kind what is at fault there, for the count.
 * @returns what tries one fault, as a test of its own.
 */
export function useFaults(kind: string) {
  const heroku = useLocalHeroku();
  afterAll(() => removeImages(imageLabel));
  return (what: string, body: (trial: Trial) => Promise<void>): void => {
    test(what, async (context) => {
      context.task.meta.fault = { kind };
      const trial = await Trial.start(heroku, context);
      await body(trial);
      expect(context.task.meta.fault.ended, 'expectSurvived looks at every trial').toBeDefined();
    });
  };
}

/** An app at an embedded Heroku, a fault proxy before that, and runs of the action that release to it. */
export class Trial {
  readonly app: string;
  readonly proxy: FaultProxy;
  readonly workspace = smallApp();
  /** Where the slug goes, and nothing else. */
  readonly slugFolder = mkdtempSync(join(tmpdir(), 'slug-'));
  readonly context: TestContext;
  /** Of the last run. */
  #workspace = this.workspace;
  readonly #heroku: ReturnType<typeof useLocalHeroku>;
  /** In the environment of every process that a run of this trial starts. */
  readonly #mark = `FAULT_TRIAL=${randomUUID()}`;

  private constructor(
    heroku: ReturnType<typeof useLocalHeroku>,
    context: TestContext,
    app: string,
    proxy: FaultProxy,
  ) {
    this.#heroku = heroku;
    this.context = context;
    this.app = app;
    this.proxy = proxy;
  }

  static async start(
    heroku: ReturnType<typeof useLocalHeroku>,
    context: TestContext,
  ): Promise<Trial> {
    const app = await heroku.createApp();
    const proxy = await FaultProxy.start(String(heroku.inputs(app)['platform-url']));
    context.onTestFinished(() => proxy.refuse());
    return new Trial(heroku, context, app, proxy);
  }

  /** Another app at the same Heroku. */
  another(): Promise<Trial> {
    return Trial.start(this.#heroku, this.context);
  }

  setConfigVars(vars: Readonly<Record<string, string>>): Promise<void> {
    return this.#heroku.setConfigVars(this.app, vars);
  }

  configVars(): Promise<Record<string, string>> {
    return this.#heroku.configVars(this.app);
  }

  get slugPath(): string {
    return join(this.slugFolder, 'slug.tgz');
  }

  /** Runs a step that releases to the app through the proxy. */
  run({ inputs, workspace = this.workspace, environment, ...options }: RunOptions = {}) {
    this.#workspace = workspace;
    return runAction(
      {
        ...this.#heroku.inputs(this.app),
        'platform-url': this.proxy.url,
        'slug-path': this.slugPath,
        ...inputs,
      },
      { ...options, workspace, environment: { ...this.#environment, ...environment } },
    );
  }

  /** Runs the step's post step, as a runner does however the step has ended. */
  post(step: Step, { workspace = this.workspace, environment, ...options }: RunOptions = {}) {
    return runPostStep(step, {
      ...options,
      workspace,
      environment: { ...this.#environment, ...environment },
    });
  }

  /**
   * Holds the end of a run against what every fault has to leave: one clear error or a whole
   * release, no release that has anything but a whole slug, and nothing that the run has made.
   */
  async expectSurvived(step: Step, survival: Survival): Promise<void> {
    expect(this.proxy.isSpent, `every fault has happened:\n${step.log}`).toBe(true);
    expect(step.log).toMatch(survival.saying);
    expect(step.log).not.toContain('defect of heroku-docker-release');
    if (survival.outcome === 'failed') expectClearFailure(step);
    else expect(step.exitCode === 0, step.log).toBe(survival.outcome === 'released');
    this.#expectWholeReleases(survival, step);
    await this.#expectNothingLeft(step);
    (this.context.task.meta.fault as TriedFault).ended = survival.outcome;
  }

  get #environment(): Record<string, string> {
    const [name = '', value = ''] = this.#mark.split('=');
    return { [name]: value };
  }

  #expectWholeReleases({ outcome, releases: wanted }: Survival, step: Step): void {
    const releases = this.#releases();
    const expected = wanted ?? (outcome === 'released' ? 1 : 0);
    expect(releases, `${expected} releases:\n${step.log}`).toHaveLength(expected);
    for (const { slug } of releases) {
      expect(`SHA256:${slug?.uploadedSha256}`, 'the slug is whole').toBe(slug?.checksum);
    }
    const own =
      releases.length === 1
        ? releases[0]
        : releases.find(({ version }) => String(version) === step.outputs['release-version']);
    const file = step.outputs['slug-path'] ?? this.slugPath;
    if (own !== undefined && existsSync(file)) {
      const bytes = readFileSync(file);
      expect(own.slug).toMatchObject({ size: bytes.length, uploadedSha256: sha256(bytes) });
    }
    if (outcome !== 'released') return;
    expect(own, 'the release that the step names').toMatchObject({
      version: Number(step.outputs['release-version']),
      status: 'succeeded',
      slug: { checksum: step.outputs['slug-checksum'] },
    });
  }

  #releases() {
    const { apps, slugs, releases } = JSON.parse(this.#heroku.state()) as HerokuState;
    const app = apps.find(({ name }) => name === this.app);
    return releases
      .filter(({ appId, slugId }) => appId === app?.id && slugId !== null)
      .map((release) => ({ ...release, slug: slugs.find(({ id }) => id === release.slugId) }));
  }

  async #expectNothingLeft(step: Step): Promise<void> {
    expect(leftInTemporaryFolder(step), 'temporary files').toEqual([]);
    expect(unfinishedFiles(this.slugFolder), 'files beside the slug').toEqual([]);
    expect(unfinishedFiles(this.#workspace), 'files in the app’s folder').toEqual([]);
    expect(await lastingProcesses(this.#mark), 'processes').toEqual([]);
    expect(leftInEngine(step), 'containers, and names of images').toEqual([]);
  }
}

/** As far as it is read here. */
interface HerokuState {
  readonly apps: readonly { id: string; name: string }[];
  readonly slugs: readonly {
    id: string;
    checksum: string;
    size: number | null;
    uploadedSha256: string | null;
  }[];
  readonly releases: readonly {
    appId: string;
    version: number;
    status: string;
    slugId: string | null;
  }[];
}

/** One error, which has a remedy below what happened, and an exit code of the program's own. */
function expectClearFailure({ log, exitCode }: Step): void {
  expect(exitCode, log).toBe(1);
  const errors = log.split('\n').filter((line) => line.startsWith('::error'));
  expect(errors, log).toHaveLength(1);
  expect(errors[0], 'a remedy').toMatch(/%0A[A-Z][^%]+[.)]?$/);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Files that get their name only when they are whole have a random one before. */
function unfinishedFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => /[0-9a-f]{8}-[0-9a-f]{4}/.test(name));
}

/** Those that go on for a while after the step: a client's plugin ends a moment after its client. */
async function lastingProcesses(variable: string): Promise<string[]> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const found = processesWith(variable);
    if (found.length === 0 || Date.now() > deadline) return found;
    await delay(100);
  }
}

/** Command lines of the processes that have a variable in their environment (Linux, proc(5)). */
function processesWith(variable: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => readProcess(id, 'environ').split('\0').includes(variable))
    .map((id) => readProcess(id, 'cmdline').replaceAll('\0', ' '));
}

/** Empty where the process has ended, or is another user's. */
function readProcess(id: string, file: string): string {
  try {
    return readFileSync(join('/proc', id, file), 'utf8');
  } catch {
    return '';
  }
}
