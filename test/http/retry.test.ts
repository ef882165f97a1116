import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { sleep, withRetry } from '../../src/http/retry.ts';
import { rejection } from '../heroku/scripted-server.ts';

const failure = new Error('failure');

function retry(call: () => Promise<unknown>, repeatable: boolean | number = true) {
  const pauses: number[] = [];
  const result = withRetry(call, {
    repeatable: () => repeatable,
    signal: new AbortController().signal,
    onRetry: () => {},
    sleep: async (milliseconds) => void pauses.push(milliseconds),
  });
  return { result, pauses };
}

describe('a call that fails', () => {
  test('is made again until it succeeds', async () => {
    const call = vi.fn().mockRejectedValueOnce(failure).mockResolvedValue('done');
    expect(await retry(call).result).toBe('done');
    expect(call).toHaveBeenCalledTimes(2);
  });

  test('is made five times at most, with waits that may grow to 1, 2, 4 and 8 seconds', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const call = vi.fn().mockRejectedValue(failure);
    const { result, pauses } = retry(call);
    expect(await rejection(result)).toBe(failure);
    expect(call).toHaveBeenCalledTimes(5);
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
    vi.restoreAllMocks();
  });

  test('waits half of that at least, so that trouble of some seconds is outlasted', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const { result, pauses } = retry(vi.fn().mockRejectedValue(failure));
    await rejection(result);
    expect(pauses).toEqual([500, 1000, 2000, 4000]);
    vi.restoreAllMocks();
  });

  test('waits a random part of the rest, so that many clients do not come back together', async () => {
    const runs = Array.from({ length: 20 }, () => retry(vi.fn().mockRejectedValue(failure)));
    await Promise.all(runs.map(({ result }) => rejection(result)));
    expect(new Set(runs.map(({ pauses }) => pauses[0])).size).toBeGreaterThan(10);
  });

  test('is not made again where that is no use', async () => {
    const call = vi.fn().mockRejectedValue(failure);
    expect(await rejection(retry(call, false).result)).toBe(failure);
    expect(call).toHaveBeenCalledTimes(1);
  });

  test('waits as long as it is asked to, but not for more than two minutes', async () => {
    const call = vi.fn().mockRejectedValueOnce(failure).mockResolvedValue('done');
    const { result, pauses } = retry(call, 120_000);
    expect(await result).toBe('done');
    expect(pauses).toEqual([120_000]);
    expect(await rejection(retry(vi.fn().mockRejectedValue(failure), 120_001).result)).toBe(
      failure,
    );
  });

  test('because the run was cancelled is told as that', async () => {
    const reason = new Error('cancelled');
    const cancelled = withRetry(() => Promise.reject(failure), {
      repeatable: () => true,
      signal: AbortSignal.abort(reason),
      onRetry: () => {},
    });
    expect(await rejection(cancelled)).toBe(reason);
  });
});

describe('a wait', () => {
  test('that the run’s end cuts short is told as that, and leaves no listener', async () => {
    const controller = new AbortController();
    const waiting = rejection(sleep(60_000, controller.signal));
    const reason = new Error('cancelled');
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('ends by itself otherwise', async () => {
    expect(await sleep(1, new AbortController().signal)).toBeUndefined();
  });
});
