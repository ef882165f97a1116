import { describe, expect } from 'vitest';
import { containersOf } from '../support/left-in-engine.ts';
import type { Step } from '../support/runner.ts';
import { FaultEngine, requests, stallAnswer } from './fault-engine.ts';
import { answerNever, calls, pass, refuseWith } from './fault-proxy.ts';
import { type RunOptions, slowApp, smallApp, type Trial, useFaults, webApp } from './trial.ts';

const fault = useFaults('cancelled run');

/** How long a step may take to clean up: a runner kills it 7.5 s after its SIGINT. */
const graceMilliseconds = 7_500;

/** Something that a run is in the middle of when it is cancelled. */
interface Phase {
  readonly phase: string;
  /** Prepares a run, and has `cancel` called when it is there. */
  readonly prepare: (trial: Trial, cancel: () => void) => Promise<RunOptions> | RunOptions;
  /** How many releases the app has by then. */
  readonly releases?: number;
}

const phases: readonly Phase[] = [
  {
    phase: 'the app is looked up',
    prepare: (trial, cancel) => {
      trial.proxy.arm({ call: calls.app }, cancel);
      return {};
    },
  },
  {
    phase: 'a call waits to be made again',
    prepare: (trial, cancel) => {
      trial.proxy.arm({ call: calls.app }, refuseWith(503, { 'retry-after': '100' }));
      return { ...onLog('trying again in 100.0 s', cancel) };
    },
  },
  {
    phase: 'the base image is built',
    prepare: (_, cancel) => ({ workspace: slowApp(), ...onLog('base step runs', cancel) }),
  },
  {
    phase: 'the app image is built',
    prepare: (_, cancel) => ({ workspace: slowApp(), ...onLog('app step runs', cancel) }),
  },
  {
    phase: 'the app is copied out of its image',
    prepare: async (trial, cancel) => {
      const engine = await FaultEngine.start(trial.context);
      engine.arm({ request: requests.readArchive }, (...broken) => {
        stallAnswer(...broken);
        cancel();
      });
      return { environment: engine.environment };
    },
  },
  {
    phase: 'the proof boots',
    prepare: async (trial, cancel) => {
      const engine = await FaultEngine.start(trial.context);
      engine.arm({ request: requests.execute }, cancel);
      const workspace = smallApp({ Procfile: 'web: trap "" TERM; sleep 60\n' });
      return { inputs: proof, workspace, environment: engine.environment };
    },
  },
  {
    phase: 'the proof is to answer',
    prepare: (_, cancel) => ({
      inputs: { ...proof, 'smoke-test-path': '/' },
      workspace: smallApp({ Procfile: 'web: echo it is up; nc -l -p "$PORT" >&2\n' }),
      ...onLog('::group::Smoke test', () => setTimeout(cancel, 2000)),
    }),
  },
  {
    phase: 'the slug is uploaded',
    prepare: (trial, cancel) => {
      trial.proxy.arm({ call: calls.upload }, cancel);
      return {};
    },
  },
  {
    phase: 'an upload waits to be made again',
    prepare: (trial, cancel) => {
      trial.proxy.arm({ call: calls.upload }, refuseWith(503, { 'retry-after': '100' }));
      return { ...onLog('trying again in 100.0 s', cancel) };
    },
  },
  {
    phase: 'the release is made',
    prepare: (trial, cancel) => {
      trial.proxy.arm({ call: calls.release }, async (exchange) => {
        await answerNever(exchange);
        cancel();
      });
      return {};
    },
    releases: 1,
  },
  {
    phase: 'it is looked whether the release was made',
    prepare: (trial, cancel) => {
      trial.proxy.arm({ call: calls.release }, refuseWith(503));
      return { ...onLog('looking whether the release was made', cancel) };
    },
  },
  {
    phase: 'the release phase runs',
    prepare: (_, cancel) => ({
      workspace: smallApp({
        Procfile: 'worker: sleep infinity\nrelease: echo migrating; sleep 5\n',
      }),
      ...onLog('migrating\n', cancel),
    }),
    releases: 1,
  },
  {
    phase: 'the app’s health is checked',
    prepare: (_, cancel) => ({
      inputs: { 'health-check': 'http://127.0.0.1:9/' },
      ...onLog('::group::Health check of', () => setTimeout(cancel, 500)),
    }),
    releases: 1,
  },
];

const proof = { 'smoke-test': 'true' };

describe.concurrent('a run that is cancelled ends in time and leaves nothing', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    for (const { phase, prepare, releases = 0 } of phases) {
      fault(`by ${signal} while ${phase}`, async (trial) => {
        const step = await runAndSignal(trial, prepare, [signal]);
        await trial.expectSurvived(step, {
          outcome: 'failed',
          saying: new RegExp(`The run was cancelled \\(${signal}\\)`),
          releases,
        });
      });
    }
  }
});

describe('a run to several apps that is cancelled', () => {
  fault('puts the config vars of one back, though the other ends at once', async (trial) => {
    const { app: other } = await trial.another();
    await trial.setConfigVars({ NAME: 'before' });
    const step = await runAndSignal(
      trial,
      (_, cancel) => {
        const isHeld = new Promise<void>((resolve) => {
          trial.proxy.arm({ call: new RegExp(`^POST /apps/${other}/slugs$`) }, () => resolve());
        });
        const call = new RegExp(`^PATCH /apps/${trial.app}/config-vars$`);
        trial.proxy.arm({ call }, async (exchange) => {
          await isHeld;
          await pass(exchange);
          cancel();
        });
        const apps = { app: `${trial.app}\n${other}`, rollback: 'true' };
        return { inputs: { ...apps, 'config-vars': 'NAME=after' } };
      },
      ['SIGINT'],
    );
    const saying = new RegExp(`The config vars of ${trial.app} are what they were`);
    await trial.expectSurvived(step, { outcome: 'failed', saying });
    expect(await trial.configVars()).toEqual({ NAME: 'before' });
  });
});

describe.concurrent('a run that is told twice to end does so at once', () => {
  for (const { phase, prepare, releases = 0 } of phases) {
    fault(`while ${phase}`, async (trial) => {
      const step = await runAndSignal(trial, prepare, ['SIGINT', 'SIGTERM']);
      expect([1, 143], step.log).toContain(step.exitCode);
      const post = await trial.post(step); // What it had no time for.
      expect(post.exitCode, post.log).toBe(0);
      await trial.expectSurvived(step, { outcome: 'ended', saying: /./, releases });
    });
  }
});

describe('a post step that is cancelled', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    fault(`by ${signal} goes on and removes what is left`, async (trial) => {
      const engine = await FaultEngine.start(trial.context);
      const { environment } = engine;
      const boots = (_: Trial, cancel: () => void) => {
        engine.arm({ request: requests.execute }, cancel);
        return { inputs: proof, workspace: webApp(), environment };
      };
      const step = await runAndSignal(trial, boots, ['SIGINT', 'SIGTERM']);
      const { run = '' } = step.state;
      expect(containersOf(run), 'a container is left to remove').toHaveLength(1);
      let kill: (signal: NodeJS.Signals) => void = () => {};
      engine.arm({ request: requests.remove }, () => kill(signal));
      const post = await trial.post(step, {
        environment,
        onStart: (send) => {
          kill = send;
        },
      });
      expect(engine.isSpent).toBe(true);
      expect(post.exitCode, post.log).toBe(0);
      await trial.expectSurvived(step, { outcome: 'ended', saying: /::group::Smoke test/ });
    });
  }
});

/** Runs a step to a phase, and sends it signals there. */
async function runAndSignal(
  trial: Trial,
  prepare: Phase['prepare'],
  signals: readonly NodeJS.Signals[],
): Promise<Step> {
  let kill: (signal: NodeJS.Signals) => void = () => {};
  let signalledAt = 0;
  const options = await prepare(trial, () => {
    signalledAt = Date.now();
    for (const [index, signal] of signals.entries()) setTimeout(() => kill(signal), index * 100);
  });
  const step = await trial.run({
    ...options,
    onStart: (send) => {
      kill = send;
    },
  });
  expect(signalledAt, step.log).toBeGreaterThan(0);
  expect(Date.now() - signalledAt).toBeLessThan(graceMilliseconds);
  return step;
}

/** Calls something once, when the log says something. */
function onLog(words: string, then: () => void): Pick<RunOptions, 'onLog'> {
  let isOver = false;
  return {
    onLog: (log) => {
      if (isOver || !log.includes(words)) return;
      isOver = true;
      then();
    },
  };
}
