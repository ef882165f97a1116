import { describe, expect } from 'vitest';
import type { Step } from '../support/runner.ts';
import { cutAnswer, type EngineWhere, FaultEngine, refuse, requests } from './fault-engine.ts';
import { type RunOptions, type Survival, slowApp, type Trial, useFaults, webApp } from './trial.ts';

const fault = useFaults('Docker engine');

/** How long a step may take to end that is cancelled: a runner kills it 7.5 s after its SIGINT. */
const graceMilliseconds = 7_500;

const failed = (saying: RegExp): Survival => ({ outcome: 'failed', saying });

/** Where a run is hit: at a request to the engine, or when its log says something. */
interface Moment {
  readonly what: string;
  readonly where: EngineWhere | { readonly log: string };
  readonly inputs?: Readonly<Record<string, string>>;
  readonly workspace?: () => string;
}

const proof = { 'smoke-test': 'true' };

const moments: readonly Moment[] = [
  { what: 'an image is pulled', where: { request: requests.pull }, inputs: { pull: 'true' } },
  { what: 'the base image is built', where: { log: 'base step runs' }, workspace: slowApp },
  { what: 'the app image is built', where: { log: 'app step runs' }, workspace: slowApp },
  { what: 'the container for the copy is made', where: { request: requests.create } },
  { what: 'the app is copied', where: { request: requests.readArchive } },
  { what: 'the container of the copy is removed', where: { request: requests.remove } },
  {
    what: 'the dyno of the proof is made',
    where: { request: requests.create, after: 1 },
    inputs: proof,
    workspace: webApp,
  },
  {
    what: 'the slug is copied into the proof',
    where: { request: requests.writeArchive },
    inputs: proof,
    workspace: webApp,
  },
  {
    what: 'the proof is started',
    where: { request: requests.start },
    inputs: proof,
    workspace: webApp,
  },
  {
    what: 'the proof is waited for',
    where: { request: requests.execute },
    inputs: proof,
    workspace: webApp,
  },
];

describe.concurrent('an engine that dies ends the run clearly', () => {
  fault('before anything', async (trial) => {
    const engine = await FaultEngine.start(trial.context);
    engine.die();
    const step = await trial.run({ environment: engine.environment });
    await expectNothingAfterPost(
      trial,
      engine,
      step,
      failed(/No Docker engine answers.*Start Docker/),
    );
  });

  for (const moment of moments) {
    fault(`while ${moment.what}`, async (trial) => {
      const engine = await FaultEngine.start(trial.context);
      const step = await trial.run(options(engine, moment, () => engine.die()));
      await expectNothingAfterPost(
        trial,
        engine,
        step,
        failed(/The Docker engine is gone: .*restart it and run again/),
      );
    });
  }

  fault('once the slug is proved, and the release goes on', async (trial) => {
    const engine = await FaultEngine.start(trial.context);
    const moment: Moment = {
      what: '',
      where: { log: '::group::Upload to' },
      inputs: proof,
      workspace: webApp,
    };
    const step = await trial.run(options(engine, moment, () => engine.die()));
    await expectNothingAfterPost(trial, engine, step, {
      outcome: 'released',
      saying: /container is left over/,
    });
  });
});

describe.concurrent('an engine that hangs lets a cancelled run go', () => {
  for (const moment of [
    { what: 'it is looked for', where: { request: /^GET \/version/ } },
    ...moments,
  ]) {
    fault(`while ${moment.what}`, async (trial) => {
      const engine = await FaultEngine.start(trial.context);
      let hangsSince = 0;
      const { onLog, ...running } = options(engine, moment, () => {
        engine.hang();
        hangsSince = Date.now();
      });
      const step = await trial.run({
        ...running,
        onStart: (kill) => {
          const waiting = setInterval(() => {
            if (hangsSince === 0) return;
            clearInterval(waiting);
            kill('SIGTERM');
          }, 50);
        },
        ...(onLog && { onLog }),
      });
      expect(Date.now() - hangsSince).toBeLessThan(graceMilliseconds);
      await expectNothingAfterPost(
        trial,
        engine,
        step,
        failed(/The run was cancelled \(SIGTERM\)/),
      );
    });
  }
});

describe.concurrent('an engine whose answer is not whole gives no slug', () => {
  for (const [what, where, how, saying] of [
    ['a copy that ends at once', requests.readArchive, cutAnswer(0), /without an answer/],
    ['a copy that ends in its first entry', requests.readArchive, cutAnswer(900), /cut off/],
    [
      'a copy that ends in the middle of a file',
      requests.readArchive,
      cutAnswer(500_000),
      /cut off/,
    ],
    [
      'a copy that ends before its last blocks',
      requests.readArchive,
      cutAnswer(2_000_000),
      /cut off/,
    ],
    [
      'a copy that is refused',
      requests.readArchive,
      refuse('layer does not exist'),
      /layer does not exist/,
    ],
    [
      'a container that is refused',
      requests.create,
      refuse('no space left on device'),
      /no space left on device/,
    ],
    [
      'a removal that is refused',
      requests.remove,
      refuse('driver failed to remove'),
      /driver failed to remove/,
    ],
  ] as const) {
    fault(what, async (trial) => {
      const engine = await FaultEngine.start(trial.context);
      engine.arm({ request: where }, how);
      const step = await trial.run({ environment: engine.environment });
      await expectNothingAfterPost(trial, engine, step, failed(saying));
    });
  }
});

/** A run's options with which it meets a fault at a moment. */
function options(
  engine: FaultEngine,
  moment: Moment,
  how: (engine: FaultEngine) => void,
): RunOptions {
  const { where, inputs = {}, workspace } = moment;
  const common = {
    inputs,
    environment: engine.environment,
    ...(workspace && { workspace: workspace() }),
  };
  if ('request' in where) {
    engine.arm(where, how);
    return common;
  }
  let isOver = false;
  return {
    ...common,
    onLog: (log) => {
      if (isOver || !log.includes(where.log)) return;
      isOver = true;
      how(engine);
    },
  };
}

/** A container that a run could not remove for want of an engine is its post step's to remove. */
async function expectNothingAfterPost(
  trial: Trial,
  engine: FaultEngine,
  step: Step,
  survival: Survival,
): Promise<void> {
  expect(engine.isSpent, `every fault has happened:\n${step.log}`).toBe(true);
  await engine.recover();
  const post = await trial.post(step, { environment: engine.environment });
  expect(post.exitCode, post.log).toBe(0);
  await trial.expectSurvived(step, survival);
}
