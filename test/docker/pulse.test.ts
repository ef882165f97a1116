import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EngineLostError } from '../../src/docker/engine-lost.ts';
import { Pulse } from '../../src/docker/pulse.ts';

const times = { pauseMilliseconds: 10, answerMilliseconds: 50 };

/** Ends with its signal alone. */
function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

function abortOf(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason));
  });
}

describe('while something is waited for', () => {
  test('an engine that is silent to a question is lost', async () => {
    const pulse = new Pulse(silence, new AbortController().signal, times);
    expect(await abortOf(pulse.signal)).toBeInstanceOf(EngineLostError);
  });

  test('an engine that answers is asked again and again, and may take as long as it takes', async () => {
    let answers = 0;
    const enough = Promise.withResolvers<void>();
    const answer = async () => {
      answers += 1;
      if (answers === 5) enough.resolve();
    };
    const pulse = new Pulse(answer, new AbortController().signal, times);
    await enough.promise;
    expect(pulse.signal.aborted).toBe(false);
    pulse.end();
  });

  test('a refusal is an answer', async () => {
    let refusals = 0;
    const enough = Promise.withResolvers<void>();
    const refuse = async () => {
      refusals += 1;
      if (refusals === 5) enough.resolve();
      throw new Error('refused');
    };
    const pulse = new Pulse(refuse, new AbortController().signal, times);
    await enough.promise;
    expect(pulse.signal.aborted).toBe(false);
    pulse.end();
  });

  test('the end of the wait ends the question, and nothing is lost', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const ask = (signal: AbortSignal) => {
      asked.resolve(signal);
      return silence(signal);
    };
    const pulse = new Pulse(ask, new AbortController().signal, {
      ...times,
      answerMilliseconds: 60_000,
    });
    const question = await asked.promise;
    pulse.end();
    expect(question.aborted).toBe(true);
    await wait(50);
    expect(pulse.signal.aborted).toBe(false);
  });

  test('a run that is cancelled has its own reason', async () => {
    const run = new AbortController();
    const pulse = new Pulse(silence, run.signal, { ...times, answerMilliseconds: 60_000 });
    await wait(50);
    run.abort(new Error('cancelled'));
    await wait(50);
    expect(String(pulse.signal.reason)).toBe('Error: cancelled');
  });
});
