import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { NoAnswerError } from '../../src/http/http-error.ts';
import { fetchPage } from '../../src/http/page.ts';
import {
  type Answer,
  cut,
  rejection,
  setUp,
  silence,
  text,
  truncated,
} from '../heroku/scripted-server.ts';

const patience = { signal: new AbortController().signal, timeoutMilliseconds: 60_000 };
const drops: Answer = async (_request, response) => {
  for (; !response.destroyed; await delay(10)) response.write(' ');
};

describe('a page', () => {
  test.each([200, 302, 404, 503])('is told whatever its status is: %i', async (code) => {
    const { server } = await setUp();
    server.answers(text('Grüße', code, { location: '/elsewhere' }));
    expect(await fetchPage(`${server.url}/health?deep=1`, patience)).toEqual({
      status: code,
      text: 'Grüße',
    });
    expect(server.calls).toEqual(['GET /health?deep=1']);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test('is asked for over a connection of its own', async () => {
    const { server } = await setUp();
    const ports = new Set<number | undefined>();
    const answer: Answer = (request, response) => {
      ports.add(response.req.socket.remotePort);
      text('')(request, response);
    };
    server.answers(answer, answer);
    await fetchPage(server.url, patience);
    await fetchPage(server.url, patience);
    expect(ports.size).toBe(2);
  });

  test('without an end is read as far as it is wanted', async () => {
    const { server } = await setUp();
    server.answers((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    expect((await fetchPage(server.url, patience)).text).toBe('x'.repeat(65_536));
  });

  test.each<[string, Answer]>([
    ['does not begin', silence],
    ['comes drop by drop', drops],
  ])('that %s is an error in time', async (_, answer) => {
    const { server } = await setUp();
    server.answers(answer);
    const page = fetchPage(server.url, { ...patience, timeoutMilliseconds: 100 });
    expect(String(await rejection(page))).toMatch(/timeout/i);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ['is cut off', cut],
    ['is not whole', truncated],
  ])('that %s is an error', async (_, answer) => {
    const { server } = await setUp();
    server.answers(answer);
    const error = await rejection(fetchPage(server.url, patience));
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(String(error)).toContain(`GET ${server.url}: no answer (`);
  });

  test('of nobody is an error that says so', async () => {
    const url = 'http://localhost:1/health';
    expect(String(await rejection(fetchPage(url, patience)))).toContain('ECONNREFUSED');
  });

  test('is not waited for by a run that is cancelled', async () => {
    const { server } = await setUp();
    server.answers(silence);
    const cancellation = new AbortController();
    const page = rejection(fetchPage(server.url, { ...patience, signal: cancellation.signal }));
    await vi.waitUntil(() => server.requests.length === 1);
    const reason = new Error('The run was cancelled.');
    cancellation.abort(reason);
    expect(await page).toBe(reason);
  });
});
