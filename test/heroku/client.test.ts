import { getEventListeners, once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { HerokuClient } from '../../src/heroku/client.ts';
import { PlatformError } from '../../src/heroku/platform-error.ts';
import { NoAnswerError } from '../../src/http/http-error.ts';
import { RecordingReporter } from '../support/reporter.ts';
import {
  type Answer,
  cut,
  early,
  json,
  rejection,
  setUp,
  silence,
  status,
  text,
  truncated,
} from './scripted-server.ts';

const read = { method: 'GET', path: '/apps/shop', repeatable: true } as const;
/** Never silent for long, and never done. */
const dripping: Answer = (_request, response) => {
  const drip = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(drip));
};
const write = {
  method: 'POST',
  path: '/apps/shop/releases',
  repeatable: false,
  body: { slug: 'é' },
} as const;

describe('a call', () => {
  test('says who is asking, in which version, and sends JSON in UTF-8', async () => {
    const { server, client } = await setUp();
    server.answers(json({ name: 'shop' }), json({ id: '1' }, 201));
    expect(await client.call(read)).toEqual({ name: 'shop' });
    expect(await client.call(write)).toEqual({ id: '1' });
    const [first, second] = server.requests;
    expect(first?.headers).toMatchObject({
      accept: 'application/vnd.heroku+json; version=3',
      authorization: 'Bearer HRKU-secret',
      'user-agent': expect.stringMatching(/^heroku-docker-release/),
    });
    expect(first?.headers).not.toHaveProperty('content-type');
    expect(second?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(JSON.parse(second?.body.toString() ?? '')).toEqual({ slug: 'é' });
  });

  test('may change what is there', async () => {
    const { server, client } = await setUp();
    server.answers(json({ A: '1' }));
    await client.call({ method: 'PATCH', path: '/vars', body: { A: '1' }, repeatable: true });
    expect(server.calls).toEqual(['PATCH /vars']);
    expect(JSON.parse(String(server.requests[0]?.body))).toEqual({ A: '1' });
  });

  test.each([301, 302, 303, 307, 308])(
    'that is answered with a redirect (%i) takes the token no further',
    async (code) => {
      const { server, client } = await setUp();
      const { server: elsewhere } = await setUp();
      server.answers(text('', code, { location: `${elsewhere.url}/apps/shop` }));
      expect(await rejection(client.call(read))).toMatchObject({ status: code });
      expect(elsewhere.requests).toEqual([]);
    },
  );

  test.each(['.example.org/apps', '@example.org/apps', ':1/apps', 'apps'])(
    'cannot lead to another host by its path: %s',
    async (path) => {
      const { server, client } = await setUp();
      expect(String(await rejection(client.call({ ...read, path })))).toContain('leading slash');
      expect(server.requests).toEqual([]);
    },
  );

  test('takes 206 as an answer, with the range that was asked for', async () => {
    const { server, client } = await setUp();
    server.answers(json([1], 206, { 'next-range': 'version ..; max=10' }));
    expect(await client.call({ ...read, headers: { range: 'version ..; max=10' } })).toEqual([1]);
    expect(server.requests[0]?.headers.range).toBe('version ..; max=10');
  });

  test('passes on what Heroku warns of', async () => {
    const { server, client, reporter } = await setUp();
    server.answers(json({}, 200, { 'x-heroku-warning': 'this stack ends soon' }));
    await client.call(read);
    expect(reporter.warnings).toEqual([{ message: 'Heroku says: this stack ends soon' }]);
  });

  test('leaves no listener on the run’s signal', async () => {
    const { server, client, cancellation } = await setUp();
    server.answers(...Array.from({ length: 20 }, () => json({})));
    const before = getEventListeners(cancellation.signal, 'abort').length;
    for (let call = 0; call < 20; call += 1) await client.call(read);
    expect(getEventListeners(cancellation.signal, 'abort')).toHaveLength(before);
  });
});

describe('a refusal', () => {
  test.each([
    [401, 'unauthorized', 'heroku authorizations:create'],
    [402, 'delinquent', 'billing'],
    [403, 'forbidden', 'deploy permission'],
    [403, 'two_factor', 'needs no second factor'],
    [404, 'not_found', 'never created unasked'],
    [400, 'bad_request', 'Mend what the message names'],
    [409, 'conflict', 'Mend what the message names'],
    [422, 'invalid_params', 'Mend what the message names'],
    [429, 'rate_limit', 'too many calls'],
    [501, 'not_implemented', 'status.heroku.com'],
  ])('with %i %s says what to do about it', async (code, id, remedy) => {
    const { server, client } = await setUp();
    const refusal = status(
      code,
      { id, message: 'No.' },
      { 'request-id': 'r-1', 'retry-after': '999' },
    );
    server.answers(refusal);
    const error = await rejection(client.call(read));
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({
      status: code,
      id,
      message: `GET /apps/shop: No. (HTTP ${code}, ${id}, Request-Id r-1)`,
      remedy: expect.stringContaining(remedy),
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [
      'a proxy’s page',
      '<html>\n  <b>Access   denied</b>',
      '<html> <b>Access denied</b> (HTTP 403)',
    ],
    ['nothing', '', 'no explanation (HTTP 403)'],
    ['JSON of another kind', '["no"]', '["no"] (HTTP 403)'],
    ['null', 'null', 'null (HTTP 403)'],
    ['a very long page', 'x'.repeat(5000), `${'x'.repeat(300)} (HTTP 403)`],
  ])('by someone else on the way is shown in short: %s', async (_, body, shown) => {
    const { server, client } = await setUp();
    server.answers(text(body, 403));
    expect(await rejection(client.call(read))).toMatchObject({
      message: `GET /apps/shop: ${shown}`,
    });
  });

  test('never shows the token', async () => {
    const { server, client, reporter } = await setUp();
    server.answers(cut, status(503, { id: 'down', message: 'Down.' }), status(401, unauthorized));
    const error = await rejection(client.call(read));
    expect([error, ...reporter.infos].map(String).join()).not.toContain('HRKU');
  });

  const unauthorized = { id: 'unauthorized', message: 'Invalid credentials.' };
});

describe('a call that may be repeated', () => {
  const failures: [string, Answer][] = [
    ['a cut connection', cut],
    ['an answer cut off in the middle', truncated],
    ['an answer that is no JSON', text('<html>welcome to our café</html>')],
    ['an empty answer', text('', 200)],
    ...[500, 502, 503, 504].map((code): [string, Answer] => [
      `status ${code}`,
      status(code, { id: 'oops', message: 'Oops.' }),
    ]),
    ['status 429', status(429, { id: 'rate_limit', message: 'Slow down.' })],
  ];

  test.each(failures)('is made again after %s', async (_, failure) => {
    const { server, client, reporter, pauses } = await setUp();
    server.answers(failure, failure, json({ name: 'shop' }));
    expect(await client.call(read)).toEqual({ name: 'shop' });
    expect(pauses).toHaveLength(2);
    expect(reporter.infos[0]).toMatch(/^GET \/apps\/shop: .+; trying again in \d+\.\d s$/);
  });

  test.each(failures)('is given up after five times %s', async (_, failure) => {
    const { server, client } = await setUp();
    server.answers(...Array(9).fill(failure));
    expect(await rejection(client.call(read))).toBeInstanceOf(DeployError);
    expect(server.requests).toHaveLength(5);
  });

  test('is made again when the answer does not come in time', async () => {
    const { server, client } = await setUp({ answerTimeoutMilliseconds: 1000 });
    server.answers(silence, json({ name: 'shop' }));
    expect(await client.call(read)).toEqual({ name: 'shop' });
  });

  test('is made again when the answer never comes to its end', async () => {
    const { server, client, reporter } = await setUp({ answerTimeoutMilliseconds: 1000 });
    server.answers(dripping, json({ name: 'shop' }));
    expect(await client.call(read)).toEqual({ name: 'shop' });
    expect(reporter.infos[0]).toContain('no answer (it was not whole after 1 s)');
  });

  const app = { ...read, fields: ['id', 'name'] };
  const apps = { ...read, list: true };
  test.each([
    [read, null, 'something else in the place of an object'],
    [app, [], 'a list in the place of an object with "id" with "name"'],
    [app, { id: '1' }, 'something else in the place of an object with "id" with "name"'],
    [apps, { id: '1' }, 'something else in the place of a list'],
  ])('is made again after what is no answer to it: %j got %j', async (call, answer, reason) => {
    const { server, client, reporter } = await setUp();
    server.answers(json(answer), json(call === apps ? [] : { id: '1', name: 'shop' }));
    await client.call(call);
    expect(reporter.infos[0]).toContain(`no answer (${reason})`);
  });

  test('that a proxy’s page answers is told so, with what the page says', async () => {
    const { server, client, reporter } = await setUp();
    server.answers(text('<html><b>Accept the\nterms</b>, please</html>'), json({}));
    await client.call(read);
    expect(reporter.infos[0]).toContain('(a page in the place of JSON: Accept the terms , please)');
  });

  test('shows nothing of JSON that is damaged, which may hold secrets', async () => {
    const { server, client, reporter } = await setUp();
    server.answers(text('{"TOKEN": s3cr3t}'), json({}));
    await client.call(read);
    expect(reporter.infos[0]).toContain('(its JSON is damaged)');
  });
});

describe('a call that may not be repeated', () => {
  test.each<[string, Answer]>([
    ['a cut connection', cut],
    ['an answer cut off in the middle', truncated],
    ['an answer that is no JSON', text('ok')],
    ['status 503', status(503, { id: 'down', message: 'Down.' })],
  ])('is made once, whatever happens: %s', async (_, failure) => {
    const { server, client, pauses } = await setUp();
    server.answers(failure);
    expect(await rejection(client.call(write))).toBeInstanceOf(DeployError);
    expect(server.requests).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  test('is made again where it was refused for the rate limit', async () => {
    const { server, client } = await setUp();
    server.answers(
      status(429, { id: 'rate_limit', message: 'Slow down.' }),
      json({ id: '1' }, 201),
    );
    expect(await client.call(write)).toEqual({ id: '1' });
  });

  test('is made again where no connection came about', async () => {
    const { server, client, pauses } = await setUp();
    await server.stop();
    const error = await rejection(client.call(write));
    expect(error).toBeInstanceOf(NoAnswerError);
    expect(error).toMatchObject({ ambiguous: false });
    expect(pauses).toHaveLength(4);
  });
});

describe('a server that is not there', () => {
  test.each(['127.0.0.1', 'localhost', 'no-such-host.invalid'])(
    'is told with the reason and what to look at: %s',
    async (host) => {
      const { server } = await setUp();
      await server.stop();
      const client = openClient(`http://${host}:1`);
      expect(await rejection(client.call(read))).toMatchObject({
        message: expect.stringMatching(
          /^GET \/apps\/shop: no answer \(.*(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)/,
        ),
        remedy: expect.stringContaining('network'),
      });
    },
  );
});

describe('Retry-After', () => {
  test.each([
    ['7', 7_000],
    ['0', 0],
    ['-3', 0],
    ['0.5', 500],
  ])('of %s is waited for', async (header, milliseconds) => {
    const { server, client, pauses } = await setUp();
    server.answers(limited({ 'retry-after': header }), json({}));
    await client.call(read);
    expect(pauses).toEqual([milliseconds]);
  });

  test('may be a date', async () => {
    const { server, client, pauses } = await setUp();
    server.answers(
      limited({ 'retry-after': new Date(Date.now() + 30_000).toUTCString() }),
      json({}),
    );
    await client.call(read);
    expect(pauses[0]).toBeGreaterThan(25_000);
    expect(pauses[0]).toBeLessThanOrEqual(30_000);
  });

  test.each([undefined, 'soon', ''])(
    'that says nothing (%s) leaves the backoff',
    async (header) => {
      const { server, client, pauses } = await setUp();
      server.answers(limited(header === undefined ? {} : { 'retry-after': header }), json({}));
      await client.call(read);
      expect(pauses).toHaveLength(1);
      expect(pauses[0]).toBeLessThan(1000);
    },
  );

  test('that is longer than a log is worth looking at ends the run', async () => {
    const { server, client, pauses } = await setUp();
    server.answers(limited({ 'retry-after': '3600' }));
    expect(await rejection(client.call(read))).toMatchObject({ status: 429 });
    expect(pauses).toEqual([]);
  });

  function limited(headers: Record<string, string>): Answer {
    return status(429, { id: 'rate_limit', message: 'Slow down.' }, headers);
  }
});

describe('an upload', () => {
  const bytes = Buffer.alloc(3_000_000, 'slug');

  test('is one PUT with its length, no type, no token, and nothing chunked', async () => {
    const { server, client } = await setUp();
    server.answers(text('', 200));
    await client.upload(uploadTo(`${server.url}/blob?X-Amz-Signature=abc%2Fdef`));
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'PUT', path: '/blob?X-Amz-Signature=abc%2Fdef' });
    expect(request?.headers['content-length']).toBe('3000000');
    for (const name of ['content-type', 'authorization', 'transfer-encoding', 'expect']) {
      expect(request?.headers).not.toHaveProperty(name);
    }
    expect(request?.body.equals(bytes)).toBe(true);
  });

  test.each<[string, Answer]>([
    ['a cut connection', cut],
    ['a connection cut in the middle', early(cut)],
    ['status 503', text('<Error><Code>SlowDown</Code></Error>', 503)],
    ['a body that came too slowly', text('<Error><Code>RequestTimeout</Code></Error>', 400)],
  ])('is made again with a whole fresh body after %s', async (_, failure) => {
    const { server, client } = await setUp();
    server.answers(failure, text('', 200));
    const upload = uploadTo(`${server.url}/blob`);
    await client.upload(upload);
    expect(upload.open).toHaveBeenCalledTimes(2);
    expect(server.requests.at(-1)?.body.equals(bytes)).toBe(true);
  });

  test('that is refused shows the blob store’s words, but not the signature it repeats', async () => {
    const { server, client } = await setUp();
    const answer = `<?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code>
      <Message>The signature does not match.</Message><AWSAccessKeyId>AKIA1</AWSAccessKeyId>
      <SignatureProvided>s3cr3t</SignatureProvided><RequestId>R1</RequestId></Error>`;
    server.answers(text(answer, 403, { 'x-amz-request-id': 'R1' }));
    expect(
      await rejection(client.upload(uploadTo(`${server.url}/blob?Signature=s3cr3t`))),
    ).toMatchObject({
      message:
        'Upload of the slug: The signature does not match. (HTTP 403, SignatureDoesNotMatch, Request-Id R1)',
      remedy: expect.stringMatching(/^Run again: the URL of an upload is good for about an hour/),
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [413, 'too large'],
    [400, '<Error><Code>EntityTooLarge</Code><Message>Too large.</Message></Error>'],
  ])('that is too large (%i) is to be made smaller', async (code, answer) => {
    const { server, client } = await setUp();
    server.answers(text(answer, code));
    expect(await rejection(client.upload(uploadTo(`${server.url}/blob`)))).toMatchObject({
      remedy: expect.stringContaining('Make the slug smaller'),
    });
  });

  test('that is refused before it is whole ends with the refusal', async () => {
    const { server, client } = await setUp();
    server.answers(early(text('<Error><Code>AccessDenied</Code></Error>', 403)));
    const chunks = Array(1000).fill(Buffer.alloc(100_000));
    const upload = {
      ...uploadTo(`${server.url}/blob`),
      sizeBytes: 1e8,
      open: () => Readable.from(chunks),
    };
    expect(await rejection(client.upload(upload))).toMatchObject({
      status: 403,
      id: 'AccessDenied',
    });
  });

  test('that stalls is made again in time', async () => {
    const { server, client, reporter } = await setUp({ answerTimeoutMilliseconds: 1000 });
    server.answers(early(silence), text('', 200));
    await client.upload(uploadTo(`${server.url}/blob`));
    expect(reporter.infos[0]).toMatch(
      /^Upload of the slug: no answer \(it was not whole after 1 s\)/,
    );
  });

  test('of a file that ends early is not taken for one that is whole', async () => {
    const { server, client } = await setUp();
    const upload = { ...uploadTo(`${server.url}/blob`), sizeBytes: bytes.length + 1 };
    expect(await rejection(client.upload(upload))).toBeInstanceOf(NoAnswerError);
  });

  function uploadTo(url: string) {
    return { url, sizeBytes: bytes.length, open: vi.fn(() => Readable.from([bytes])) };
  }
});

describe('an answer that is read as it comes', () => {
  test('is asked for without a token', async () => {
    const { server, client } = await setUp();
    server.answers(text('line', 206, { 'content-range': 'bytes 7-10/*' }));
    const answer = await open(client, `${server.url}/stream?signature=1`);
    expect(answer).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 7-10/*' } });
    expect(await readAll(answer.body)).toBe('line');
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'GET', path: '/stream?signature=1' });
    expect(request?.headers).toMatchObject({ range: 'bytes=7-' });
    expect(request?.headers).not.toHaveProperty('authorization');
  });

  test('is there before it is whole', async () => {
    const { server, client } = await setUp();
    const end = Promise.withResolvers<void>();
    server.answers(async (_request, response) => {
      response.write('begun');
      await end.promise;
      response.end(', ended');
    });
    const { body } = await open(client, server.url);
    const [begun] = (await once(body, 'data')) as [Buffer];
    expect(String(begun)).toBe('begun');
    end.resolve();
    expect(await readAll(body)).toBe(', ended');
  });

  test.each([302, 404, 503])('may be a refusal: status %i', async (code) => {
    const { server, client, pauses } = await setUp();
    server.answers(text('no', code, { location: '/elsewhere' }));
    const { status, body } = await open(client, server.url);
    expect(status).toBe(code);
    expect(await readAll(body)).toBe('no');
    expect(server.requests).toHaveLength(1);
    expect(pauses).toEqual([]);
  });

  test.each<[string, Answer]>([
    ['does not begin', silence],
    ['is cut off before it begins', cut],
  ])('that %s is an error', async (_, answer) => {
    const { server, client } = await setUp({ answerTimeoutMilliseconds: 50 });
    server.answers(answer);
    expect(await rejection(open(client, server.url))).toBeInstanceOf(NoAnswerError);
  });

  test('that falls silent ends with an error', async () => {
    const { server, client } = await setUp({ answerTimeoutMilliseconds: 50 });
    server.answers((_request, response) => void response.write('begun'));
    const { body } = await open(client, server.url);
    expect(String(await rejection(readAll(body)))).toContain('Body Timeout Error');
  });

  test.each<[string, Answer]>([
    ['before it begins', silence],
    ['in its middle', (_request, response) => void response.write('begun')],
  ])('ends with its signal %s, and the run goes on', async (_, answer) => {
    const { server, client } = await setUp();
    server.answers(answer, json({}));
    const enough = new AbortController();
    const opened = open(client, server.url, enough.signal).then(({ body }) => readAll(body));
    const ended = rejection(opened);
    await vi.waitUntil(() => server.requests.length === 1);
    enough.abort(new Error('Enough.'));
    expect(String(await ended)).toContain('Enough.');
    expect(await client.call(read)).toEqual({});
  });

  function open(client: HerokuClient, url: string, signal = new AbortController().signal) {
    return client.open('Log', url, { headers: { range: 'bytes=7-' }, signal });
  }

  async function readAll(body: Readable): Promise<string> {
    let all = '';
    for await (const chunk of body) all += chunk;
    return all;
  }
});

describe('a client for one of several apps', () => {
  test('tells its own reporter, over the same connections', async () => {
    const { server, client, reporter } = await setUp();
    const own = new RecordingReporter();
    const warning = json({}, 200, { 'x-heroku-warning': 'Look.' });
    server.answers(cut, warning);
    await client.withReporter(own).call(read);
    expect(own.infos).toHaveLength(1);
    expect(own.warnings).toHaveLength(1);
    expect(reporter.infos).toEqual([]);
    expect(reporter.warnings).toEqual([]);
  });

  test('may outlive the run, for what is left to do', async () => {
    const { server, client, cancellation } = await setUp();
    cancellation.abort(new DeployError('The run was cancelled.', 'Run it again.'));
    server.answers(json({ name: 'shop' }), silence);
    const hurry = new AbortController();
    const hurried = client.withSignal(hurry.signal);
    expect(await hurried.call(read)).toEqual({ name: 'shop' });
    const call = rejection(hurried.call(read));
    await vi.waitUntil(() => server.requests.length === 2);
    hurry.abort(new Error('Enough.'));
    expect(String(await call)).toContain('Enough.');
  });

  test('ends with the one that it was made of', async () => {
    const { server, client } = await setUp();
    server.answers(silence);
    const call = rejection(client.withReporter(new RecordingReporter()).call(read));
    await vi.waitUntil(() => server.requests.length === 1);
    await client.close();
    expect(String(await call)).toContain('The client was closed.');
  });
});

describe('a cancelled run', () => {
  const reason = new DeployError('The run was cancelled (SIGINT).', 'Run it again.');

  test.each<[string, Answer]>([
    ['while an answer is waited for', silence],
    ['while an answer arrives', (_request, response) => void response.write('{"id":')],
  ])('ends a call at once, with the reason: %s', async (_, answer) => {
    const { server, client, cancellation } = await setUp();
    server.answers(answer);
    const call = rejection(client.call(read));
    await vi.waitUntil(() => server.requests.length === 1);
    cancellation.abort(reason);
    expect(await call).toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  test('ends an upload in the middle, and lets go of the file', async () => {
    const { server, client, cancellation } = await setUp();
    server.answers(early(silence));
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(100_000);
      })(),
    );
    const upload = rejection(
      client.upload({ url: `${server.url}/blob`, sizeBytes: 1e9, open: () => endless }),
    );
    await vi.waitUntil(() => server.requests.length === 1);
    cancellation.abort(reason);
    expect(await upload).toBe(reason);
    await vi.waitUntil(() => endless.destroyed);
  });

  test('makes no further call', async () => {
    const { server, client, cancellation } = await setUp();
    cancellation.abort(reason);
    expect(await rejection(client.call(read))).toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test('ends the wait before another try, with the reason', async () => {
    const { server } = await setUp();
    server.answers(status(503, { id: 'down', message: 'Down.' }, { 'retry-after': '60' }));
    const cancellation = new AbortController();
    const reporter = new RecordingReporter();
    const client = openClient(server.url, { reporter, signal: cancellation.signal });
    const call = rejection(client.call(read));
    await vi.waitUntil(() => reporter.infos.length === 1);
    cancellation.abort(reason);
    expect(await call).toBe(reason);
  });
});

test('a client that is closed ends what is under way, and tries nothing again', async () => {
  const { server, client, reporter } = await setUp();
  server.answers(silence);
  const call = rejection(client.call(read));
  await vi.waitUntil(() => server.requests.length === 1);
  await client.close();
  expect(String(await call)).toContain('The client was closed.');
  expect(reporter.infos).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

describe('a proxy named in the environment', () => {
  test('is the way to a host elsewhere, uploads included', async () => {
    const { server } = await setUp();
    const proxy = await startProxy(server.port);
    vi.stubEnv('HTTP_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', '');
    const client = openClient('http://api.heroku.test');
    server.answers(json({ name: 'shop' }), text(''));
    expect(await client.call(read)).toEqual({ name: 'shop' });
    const url = 'http://blobs.heroku.test/blob';
    await client.upload({ url, sizeBytes: 4, open: () => Readable.from([Buffer.from('slug')]) });
    expect(proxy.targets).toEqual(['api.heroku.test:80', 'blobs.heroku.test:80']);
    expect(server.requests[1]?.headers).not.toHaveProperty('authorization');
  });

  test('is no way to this machine', async () => {
    const { server } = await setUp();
    const proxy = await startProxy(server.port);
    vi.stubEnv('HTTP_PROXY', proxy.url);
    server.answers(json({ name: 'shop' }));
    expect(await openClient(server.url).call(read)).toEqual({ name: 'shop' });
    expect(proxy.targets).toEqual([]);
  });
});

/** A client as the program makes it, with real waits unless told otherwise. */
function openClient(
  url: string,
  options: Partial<ConstructorParameters<typeof HerokuClient>[0]> = {},
) {
  const client = new HerokuClient({
    url,
    token: 'HRKU-secret',
    reporter: new RecordingReporter(),
    signal: new AbortController().signal,
    ...(options.signal === undefined && { sleep: async () => {} }),
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** A CONNECT proxy that leads everywhere to one port of this machine. */
async function startProxy(port: number) {
  const targets: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (head) => {
      targets.push(head.toString().split(' ')[1] ?? '');
      const way = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(way).pipe(socket);
      });
      way.on('error', () => socket.destroy());
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.close();
  });
  const { port: ownPort } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${ownPort}`, targets };
}
