import type { ServerResponse } from 'node:http';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { followReleaseLog } from '../../src/heroku/release-log.ts';
import type { Sleep } from '../../src/http/retry.ts';
import {
  type Answer,
  cut,
  patient,
  rejection,
  type SeenRequest,
  setUp,
  silence,
  text,
} from './scripted-server.ts';

const query = '?X-Amz-Signature=s3cr3t';

/** No wait takes time, the grace neither. */
const impatient: Sleep = async (_milliseconds, signal) => {
  signal.throwIfAborted();
  await turn();
};

async function follow(answers: readonly Answer[], sleep: Sleep = patient, timeout = 60_000) {
  const scripted = await setUp({ sleep, answerTimeoutMilliseconds: timeout });
  scripted.server.answers(...answers);
  const told: string[] = [];
  const log = followReleaseLog(scripted.client, `${scripted.server.url}/stream${query}`, (line) =>
    told.push(line),
  );
  return {
    ...scripted,
    told,
    log,
    /** Waits until the server was asked so often. */
    asked: (times: number) => until(() => scripted.server.requests.length >= times),
    /** What `Range` each request had. */
    ranges: () => scripted.server.requests.map(({ headers }) => headers.range),
  };
}

/** The rest of a log, from where it is asked for. */
function rest(whole: string): Answer {
  return ({ headers }, response) => {
    const [, start = '0'] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    const headersOfRange = headers.range && { 'content-range': `bytes ${start}-/*` };
    response.writeHead(headers.range ? 206 : 200, { ...headersOfRange });
    response.end(Buffer.from(whole).subarray(Number(start)));
  };
}

/** Sends a part and breaks off. */
function broken(part: string | Buffer, status = 200): Answer {
  return (_request, response) => {
    response.writeHead(status);
    response.write(part, () => response.destroy());
  };
}

const notThere = text('Channel is not registered.\n', 404);
/** However slow the machine is. */
function until(isSo: () => boolean): Promise<unknown> {
  return vi.waitUntil(isSo, { timeout: 60_000 });
}

/** As many as there may be tries for. */
const ever = (answer: Answer): Answer[] => Array(10_000).fill(answer);

describe('the log of a release', () => {
  test('is asked for until it is there, and read to its end', async () => {
    const { log, told, asked, ranges, server } = await follow([
      notThere,
      notThere,
      notThere,
      ...ever(rest('one\r\nGrüße\nthree')),
    ]);
    await asked(5);
    await log.drain();
    expect(told).toEqual(['one', 'Grüße', 'three']);
    expect(ranges().slice(0, 5)).toEqual([undefined, undefined, undefined, undefined, 'bytes=18-']);
    for (const { method, path, headers } of server.requests) {
      expect(`${method} ${path}`).toBe(`GET /stream${query}`);
      expect(headers).not.toHaveProperty('authorization');
    }
  });

  test('is told while it is written', async () => {
    const end = Promise.withResolvers<ServerResponse>();
    const { log, told } = await follow([
      (_request, response) => {
        response.write('migrating\nhalf');
        end.resolve(response);
      },
      ...ever(text('', 204)),
    ]);
    await until(() => told.length === 1);
    expect(told).toEqual(['migrating']);
    (await end.promise).end(' a line\n');
    await until(() => told.length === 2);
    await log.drain();
    expect(told).toEqual(['migrating', 'half a line']);
  });

  test('is no secret, but its URL is', async () => {
    const { log, reporter, server } = await follow([text('one\n'), ...ever(text('', 416))]);
    await log.drain();
    expect(reporter.secrets).toEqual(
      expect.arrayContaining([`${server.url}/stream${query}`, query]),
    );
    expect(JSON.stringify([reporter.infos, reporter.warnings])).not.toContain('s3cr3t');
  });

  const half = 'one\nGr\u00fc';
  test.each<[string, readonly Answer[], readonly (string | undefined)[]]>([
    ['with the rest', [], ['bytes=8-']],
    ['with all of it again', [text('one\nGr\u00fc\u00dfe\nthree\n')], ['bytes=8-']],
    [
      'not at once: there is no more yet',
      [text('', 416), text('', 204)],
      Array(3).fill('bytes=8-'),
    ],
    ['not at once: the server has trouble', [text('', 503), cut], Array(3).fill('bytes=8-')],
    ['with less than was seen, and with the rest', [broken('one\n')], Array(2).fill('bytes=8-')],
    [
      'with a range that begins before what was asked for',
      [
        (_request, response) => {
          response.writeHead(206, { 'content-range': 'bytes 4-/*' });
          response.write('Gr\u00fc\u00df', () => response.destroy());
        },
      ],
      ['bytes=8-', 'bytes=10-'],
    ],
  ])('that breaks off in a line goes on %s', async (_, answers, ranges) => {
    const whole = 'one\nGr\u00fc\u00dfe\nthree\n';
    const following = await follow([broken(half), ...answers, ...ever(rest(whole))]);
    await until(() => following.told.length === 3);
    await following.log.drain();
    expect(following.told).toEqual(['one', 'Gr\u00fc\u00dfe', 'three']);
    expect(following.ranges().slice(0, 1 + ranges.length)).toEqual([undefined, ...ranges]);
  });

  test('has no null bytes, which only say that its server is there', async () => {
    const { log, told, ranges, asked } = await follow([
      broken(Buffer.from('\0on\0\0e\n\0')),
      broken('\0\0', 206),
      ...ever(rest('one\ntwo\n')),
    ]);
    await asked(4);
    await log.drain();
    expect(told).toEqual(['one', 'two']);
    expect(ranges().slice(1, 4)).toEqual(['bytes=4-', 'bytes=4-', 'bytes=8-']);
  });

  test.each([301, 401, 403, 410, 500])(
    'is asked for again where the answer is %i',
    async (code) => {
      const { log, told } = await follow([text('no', code), ...ever(rest('one\n'))]);
      await until(() => told.length === 1);
      await log.drain();
      expect(told).toEqual(['one']);
    },
  );

  test('that falls silent is asked for again', async () => {
    const { log, told } = await follow(
      [(_request, response) => void response.write('one\n'), ...ever(rest('one\ntwo\n'))],
      patient,
      50,
    );
    await until(() => told.length === 2);
    await log.drain();
    expect(told).toEqual(['one', 'two']);
  });

  test('is asked for less and less often while there is nothing new', async () => {
    const pauses: number[] = [];
    const { log, told, asked } = await follow(
      [...Array(8).fill(notThere), rest('one\n'), ...ever(rest('one\n'))],
      async (milliseconds, signal) => {
        pauses.push(milliseconds);
        await patient(milliseconds, signal);
      },
    );
    await asked(11);
    await log.stop();
    expect(told).toEqual(['one']);
    const rising = [750, 1125, 1687.5, 2531.25, 3796.875, 5000, 5000, 5000];
    expect(pauses.slice(0, 10)).toEqual([...rising, 500, 750]);
  });

  test('has its last twenty lines kept', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const { log } = await follow([text(lines.join('\n')), ...ever(text('', 204))]);
    await log.drain();
    expect(log.lastLines).toEqual(lines.slice(-20));
  });

  test('is the same whatever happens to it on its way', async () => {
    const content = fc
      .array(fc.constantFrom('a', 'bc', '\r\n', '\n', 'é', '€', '🚀', '\x1b[1m'), { maxLength: 60 })
      .map((parts) => Buffer.from(parts.join('')));
    const attempt = fc.record({
      status: fc.constantFrom(404, 503, 416, 204, 200, 206),
      bytes: fc.nat(40),
      pieces: fc.integer({ min: 1, max: 7 }),
      keepsAlive: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(content, fc.array(attempt, { maxLength: 6 }), async (whole, attempts) => {
        const { log, told, asked } = await follow([
          ...attempts.map(
            ({ status, ...part }): Answer =>
              status === 200 || status === 206
                ? (request, response) => sendPart(whole, status, part, request, response)
                : text('', status),
          ),
          ...ever(rest(String(whole))),
        ]);
        await asked(attempts.length + 2);
        await log.drain();
        const lines = String(whole).split(/\r?\n/);
        expect(told).toEqual(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
      }),
      { numRuns: 60 },
    );
  });

  /** Sends some of the log in small pieces, and breaks off. */
  async function sendPart(
    whole: Buffer,
    status: number,
    part: { bytes: number; pieces: number; keepsAlive: boolean },
    { headers }: SeenRequest,
    response: ServerResponse,
  ): Promise<void> {
    const [, start = '0'] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    const begin = status === 206 ? Number(start) : 0;
    response.writeHead(status, status === 206 ? { 'content-range': `bytes ${begin}-/*` } : {});
    response.flushHeaders();
    const end = Math.min(begin + part.bytes, whole.length);
    for (let from = begin; from < end; from += part.pieces) {
      const piece = whole.subarray(from, Math.min(from + part.pieces, end));
      response.write(part.keepsAlive ? Buffer.concat([Buffer.from([0]), piece]) : piece);
      await turn();
    }
    response.destroy();
  }
});

describe('the log of a release that is final', () => {
  test('is asked for once more, for what was written last', async () => {
    const { log, told } = await follow([
      (_request, response) => {
        void log.drain(); // The release ends while the log is read.
        response.end('one\n');
      },
      ...ever(rest('one\ntwo\n')),
    ]);
    await log.drain();
    expect(told).toEqual(['one', 'two']);
  });

  test('is not waited for where it has been read and is gone', async () => {
    const { log, told, asked, server } = await follow([text('one\n'), ...ever(notThere)]);
    await asked(2);
    await log.drain();
    const requests = server.requests.length;
    await turn();
    expect(told).toEqual(['one']);
    expect(server.requests).toHaveLength(requests);
  });

  test.each<[string, Answer]>([
    ['shows only then', notThere],
    ['breaks off then', broken('on')],
  ])('is read all the same where it %s', async (_, answer) => {
    const { log, told } = await follow([
      (request, response) => {
        void log.drain();
        answer(request, response);
      },
      answer,
      ...ever(rest('one\n')),
    ]);
    await log.drain();
    expect(told).toEqual(['one']);
  });

  /** One byte after the other, without an end. */
  const dripping: Answer = async (_request, response) => {
    for (; !response.destroyed; await wait(5)) response.write('x');
  };

  test.each<[string, readonly Answer[], readonly string[]]>([
    ['never comes', ever(notThere), []],
    ['never answers', [silence], []],
    ['hangs', [(_request, response) => void response.write('one\nhalf')], ['one', 'half']],
    ['breaks again and again', ever(cut), []],
  ])('is waited for no longer than the grace where it %s', async (_, answers, lines) => {
    const { log, told, asked } = await follow(answers, impatient);
    await asked(1);
    await until(() => told.length >= Math.min(lines.length, 1));
    await log.drain();
    expect(told).toEqual(lines);
  });

  test('is waited for no longer than the grace where it only drips', async () => {
    const { log, told, asked, server } = await follow([dripping], impatient);
    await asked(1);
    await log.drain();
    expect(told.length).toBeLessThanOrEqual(1);
    expect(server.requests).toHaveLength(1);
  });
});

describe('the log of a release is read no more', () => {
  const reason = new DeployError('The run was cancelled.', 'Run it again.');
  const open: [string, Answer][] = [
    ['before it answers', silence],
    ['while it answers', (_request, response) => void response.write('one\nhalf')],
    ['while it is not there', notThere],
  ];

  test.each(open)('when it is stopped %s', async (_, answer) => {
    const { log, asked, client } = await follow(ever(answer));
    await asked(1);
    await log.stop();
    expect(client.signal.aborted).toBe(false);
  });

  test.each(open)('when the run is cancelled %s', async (_, answer) => {
    const { log, asked, cancellation } = await follow(ever(answer));
    await asked(1);
    cancellation.abort(reason);
    await log.drain();
    await log.stop();
  });

  test('by one whose listener fails', async () => {
    const { client, server } = await setUp({ sleep: patient });
    server.answers(text('one\n'), ...ever(rest('one\n')));
    const log = followReleaseLog(client, `${server.url}/stream`, () => {
      throw new Error('no place to write it to');
    });
    expect(String(await rejection(log.drain()))).toContain('no place to write it to');
    expect(server.requests).toHaveLength(1);
  });
});
