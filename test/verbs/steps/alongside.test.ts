import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { alongside } from '../../../src/verbs/steps/alongside.ts';

const never = new AbortController().signal;

/** Goes on until it is ended, and takes a moment for that. */
function endless(ended: string[]) {
  return async (signal: AbortSignal) => {
    try {
      await wait(60_000, undefined, { signal });
    } catch (error) {
      await wait(5);
      ended.push('ended');
      throw error;
    }
  };
}

test('the work has what goes on beside it', async () => {
  const result = await alongside(
    never,
    async () => 1,
    async (other) => (await other) + 1,
  );
  expect(result).toBe(2);
});

test('what goes on beside it is ended with the work, and waited for', async () => {
  const ended: string[] = [];
  expect(await alongside(never, endless(ended), async () => 'done')).toBe('done');
  expect(ended).toEqual(['ended']);
});

test('a work that fails ends it too, and says so', async () => {
  const ended: string[] = [];
  const failing = alongside(never, endless(ended), () => Promise.reject(new Error('work')));
  await expect(failing).rejects.toThrow('work');
  expect(ended).toEqual(['ended']);
});

test('a failure that the work does not ask for is none', async () => {
  const other = () => Promise.reject(new Error('other'));
  expect(await alongside(never, other, async () => 'done')).toBe('done');
  await expect(alongside(never, other, (failing) => failing)).rejects.toThrow('other');
});

test('both are ended with the run', async () => {
  const run = new AbortController();
  const ended: string[] = [];
  const working = alongside(run.signal, endless(ended), (other) => other);
  run.abort(new Error('cancelled'));
  await expect(working).rejects.toThrow('aborted');
  expect(ended).toEqual(['ended']);
});
