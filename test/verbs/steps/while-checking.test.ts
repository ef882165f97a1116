import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Context } from '../../../src/verbs/context.ts';
import { whileChecking } from '../../../src/verbs/steps/while-checking.ts';
import { createContext } from '../../support/context.ts';

/** Work that goes on until it is told to end, and says when it has cleaned up. */
async function endless({ signal }: Context, cleaned: () => void): Promise<never> {
  const ended = new Promise((resolve) => signal.addEventListener('abort', resolve));
  await ended;
  await delay(20);
  cleaned();
  throw signal.reason;
}

test('both results come back', async () => {
  const both = whileChecking(
    createContext(),
    async () => 'checked',
    async () => 'built',
  );
  expect(await both).toEqual(['checked', 'built']);
});

test('a check that fails ends the build, which cleans up first', async () => {
  let cleaned = false;
  const both = whileChecking(
    createContext(),
    async () => Promise.reject(new Error('wrong token')),
    (context) =>
      endless(context, () => {
        cleaned = true;
      }),
  );
  await expect(both).rejects.toThrow('wrong token');
  expect(cleaned).toBe(true);
});

test('a build that fails ends the check, and its error is told', async () => {
  const checkEnded = Promise.withResolvers<void>();
  const both = whileChecking(
    createContext(),
    (context) => endless(context, checkEnded.resolve),
    async () => Promise.reject(new Error('no such file')),
  );
  await expect(both).rejects.toThrow('no such file');
  await checkEnded.promise;
});

test('a run that is cancelled ends both', async () => {
  const cancel = new AbortController();
  const both = whileChecking(
    createContext({}, cancel.signal),
    (context) => endless(context, () => {}),
    (context) => endless(context, () => {}),
  );
  cancel.abort(new Error('cancelled'));
  await expect(both).rejects.toThrow('cancelled');
});
