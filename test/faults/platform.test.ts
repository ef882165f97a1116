import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect } from 'vitest';
import {
  answerBytewise,
  answerEarly,
  answerInstead,
  answerNever,
  calls,
  type Fault,
  loseAnswer,
  neverEndBody,
  neverEndHead,
  refuseUpload,
  refuseWith,
  replaceAnswer,
  reset,
  resetInTheMiddle,
  stallBody,
  storeError,
  truncateAnswer,
  type Where,
} from './fault-proxy.ts';
import { type RunOptions, type Survival, smallApp, type Trial, useFaults } from './trial.ts';

const fault = useFaults('Heroku’s answers');

type Case = readonly [
  what: string,
  where: Where,
  fault: Fault,
  survival: Survival,
  options?: RunOptions,
];

const retried = (saying = /; trying again in \d/): Survival => ({ outcome: 'released', saying });
const failed = (saying: RegExp, releases = 0): Survival => ({
  outcome: 'failed',
  saying,
  releases,
});
const lookedUp = retried(/; looking whether the release was made/);
const always = Number.POSITIVE_INFINITY;

const html = { 'content-type': 'text/html' };
const captivePage = '<html><body>Please accept the terms of use</body></html>';

/** A date in HTTP has whole seconds: this one is reached after one second at least. */
const soon = (): Fault => (exchange) =>
  refuseWith(429, { 'retry-after': new Date(Date.now() + 2000).toUTCString() })(exchange);

const survivable: readonly Case[] = [
  // The connection.
  ['a reset before the first call', { call: calls.app }, reset, retried()],
  ['a reset of the answer to the first call', { call: calls.app }, loseAnswer, retried()],
  ['a reset before the slug is announced', { call: calls.slug }, reset, retried()],
  ['a lost answer to the slug’s announcement', { call: calls.slug }, loseAnswer, retried()],
  [
    'resets in the middle of the upload',
    { call: calls.upload, times: 2 },
    resetInTheMiddle,
    retried(),
  ],
  ['a lost answer to the upload', { call: calls.upload }, loseAnswer, retried()],
  ['a reset before the release is made', { call: calls.release }, reset, lookedUp],
  ['an answer lost after the release was made', { call: calls.release }, loseAnswer, lookedUp],
  ['a lost answer about the release’s state', { call: calls.status }, loseAnswer, retried()],
  // Too many calls.
  ['429 without Retry-After', { call: calls.app }, refuseWith(429), retried()],
  [
    '429 with Retry-After in seconds',
    { call: calls.slug },
    refuseWith(429, { 'retry-after': '1' }),
    retried(/trying again in 1\.0 s/),
  ],
  [
    '429 with Retry-After as a date',
    { call: calls.app },
    soon(),
    retried(/trying again in [12]\.\d s/),
  ],
  [
    '429 to the release, which was not made then',
    { call: calls.release },
    refuseWith(429, { 'retry-after': '0' }),
    retried(),
  ],
  [
    '429 while the release is waited for',
    { call: calls.status },
    refuseWith(429, { 'retry-after': '0' }),
    retried(),
  ],
  [
    '429 for ever',
    { call: calls.app, times: always },
    refuseWith(429, { 'retry-after': '0' }),
    failed(/429.*wait and run again/),
  ],
  [
    '429 for an hour',
    { call: calls.app },
    refuseWith(429, { 'retry-after': '3600' }),
    failed(/429.*wait and run again/),
  ],
  // Outages.
  [
    'a burst of 500 at the first call',
    { call: calls.app, times: 2 },
    refuseWith(500),
    retried(/HTTP 500/),
  ],
  [
    'a burst of 502 at the slug’s announcement',
    { call: calls.slug, times: 2 },
    answerInstead(502, '<h1>Bad gateway</h1>', html),
    retried(/HTTP 502/),
  ],
  [
    'a burst of 503 at the upload',
    { call: calls.upload, times: 2 },
    refuseUpload(503, 'SlowDown', 'Please reduce your request rate.'),
    retried(/HTTP 503, SlowDown/),
  ],
  [
    '503 to the release, which was not made then',
    { call: calls.release },
    refuseWith(503),
    lookedUp,
  ],
  [
    '502 to the release, which was made',
    { call: calls.release },
    async (exchange) => {
      await exchange.forward();
      exchange.response.writeHead(502, html).end('<h1>Bad gateway</h1>');
    },
    lookedUp,
  ],
  [
    'a burst of 504 while the release is waited for',
    { call: calls.status, times: 2 },
    refuseWith(504),
    retried(/HTTP 504/),
  ],
  [
    '503 for ever at the first call',
    { call: calls.app, times: always },
    refuseWith(503, { 'retry-after': '0' }),
    failed(/HTTP 503.*status\.heroku\.com/),
  ],
  [
    '503 for ever at the upload',
    { call: calls.upload, times: always },
    answerInstead(503, storeError('SlowDown', 'Slow down.'), { 'retry-after': '0' }),
    failed(/HTTP 503, SlowDown.*status\.heroku\.com/),
  ],
  [
    '500 for ever at the release',
    { call: calls.release, times: always },
    refuseWith(500),
    failed(/HTTP 500.*status\.heroku\.com/),
  ],
  // The store of slugs.
  [
    'a body that came too slowly for the store',
    { call: calls.upload },
    refuseUpload(
      400,
      'RequestTimeout',
      'Your socket connection to the server was not read from or written to within the timeout period.',
    ),
    retried(/RequestTimeout/),
  ],
  [
    'a signed URL that has expired',
    { call: calls.upload, times: always },
    refuseUpload(403, 'AccessDenied', 'Request has expired'),
    failed(/Request has expired \(HTTP 403, AccessDenied.*Run again/),
  ],
  [
    'a signed URL refused before the upload’s end',
    { call: calls.upload, times: always },
    answerEarly(403, storeError('AccessDenied', 'Request has expired')),
    failed(/Upload of the slug.*(Run again|run again)/),
  ],
  [
    'an upload that nobody has stored',
    { call: calls.upload },
    answerInstead(200),
    failed(/The slug has not been uploaded/),
  ],
  [
    'a signed URL that has expired on the way',
    { call: calls.upload },
    refuseUpload(403, 'AccessDenied', 'Request has expired'),
    retried(/beginning again with a new one/),
  ],
  // What else a release may do.
  [
    'a lost answer to a change of config vars',
    { call: calls.changeConfigVars },
    loseAnswer,
    retried(/PATCH [^\n]* no answer/),
    { inputs: { 'config-vars': 'LEVEL=high' } },
  ],
  [
    'a release log that is not to be had at first',
    { call: calls.releaseLog, times: 2 },
    reset,
    retried(/^migrated$/m),
    { workspace: releasePhaseApp() },
  ],
  [
    'a release log that breaks off',
    { call: calls.releaseLog },
    truncateAnswer,
    retried(/^migrated$/m),
    { workspace: releasePhaseApp() },
  ],
  // Answers that are none.
  ['a truncated answer to the first call', { call: calls.app }, truncateAnswer, retried()],
  [
    'a truncated answer after the release was made',
    { call: calls.release },
    truncateAnswer,
    lookedUp,
  ],
  ['bad JSON', { call: calls.app }, answerInstead(200, '{"id": nonsense}'), retried()],
  [
    'bad JSON after the release was made',
    { call: calls.release },
    replaceAnswer('{"id": '),
    lookedUp,
  ],
  [
    'bad JSON for ever',
    { call: calls.app, times: always },
    answerInstead(200, '{"id": nonsense}'),
    failed(/JSON.*run again/i),
  ],
  [
    'the page of a captive proxy',
    { call: calls.slug },
    answerInstead(200, captivePage, html),
    retried(),
  ],
  [
    'the page of a captive proxy to the release',
    { call: calls.release },
    answerInstead(200, captivePage, html),
    lookedUp,
  ],
  [
    'the page of a captive proxy for ever',
    { call: calls.app, times: always },
    answerInstead(200, captivePage, html),
    failed(/Please accept the terms.*run again/),
  ],
  ['an empty answer to the first call', { call: calls.app }, answerInstead(200), retried()],
  [
    'an empty answer to the slug’s announcement',
    { call: calls.slug },
    answerInstead(201),
    retried(),
  ],
  [
    'an empty answer after the release was made',
    { call: calls.release },
    replaceAnswer(''),
    lookedUp,
  ],
  [
    'an app without its fields',
    { call: calls.app, times: always },
    answerInstead(200, '{"name": "x"}'),
    failed(/GET \/apps\/.*"id".*run again/),
  ],
  [
    'a slug without an id',
    { call: calls.slug },
    answerInstead(201, '{"blob": {"url": "http://127.0.0.1/"}}'),
    retried(),
  ],
  ['a slug without a URL', { call: calls.slug }, answerInstead(201, '{"id": "x"}'), retried()],
  ['null for the first call’s answer', { call: calls.app }, answerInstead(200, 'null'), retried()],
  ['a release without an id', { call: calls.release }, replaceAnswer('{}'), lookedUp],
  ['a list where a release was asked for', { call: calls.status }, replaceAnswer('[]'), retried()],
  // Refusals in the middle.
  [
    'a token that is revoked during the build',
    { call: calls.slug },
    refuseWith(401, {}, 'unauthorized'),
    failed(/HTTP 401.*authorizations:create/),
  ],
  [
    'an app that is gone when its release is made',
    { call: calls.release },
    refuseWith(404, {}, 'not_found'),
    failed(/HTTP 404.*app’s name/),
  ],
  // Slow answers.
  [
    'an answer byte by byte',
    { call: calls.app },
    answerBytewise(2),
    { outcome: 'released', saying: /is pending/ },
  ],
];

describe.concurrent('a run survives', () => {
  // First, so that the others do not wait for them.
  for (const [what, where, slow] of [
    ['no answer', { call: calls.app }, answerNever],
    ['an answer that stops in the middle', { call: calls.slug }, stallBody],
    ['an answer whose head never ends', { call: calls.status }, neverEndHead],
    [
      'an answer that never ends, after the release was made',
      { call: calls.release },
      neverEndBody,
    ],
  ] as const) {
    fault(`${what}, by the client’s own limit`, async (trial) => {
      trial.proxy.arm(where, slow);
      await trial.expectSurvived(await trial.run(), retried(/no answer.*; (trying|looking)/));
    });
  }

  for (const [what, where, how, survival, options] of survivable) {
    fault(what, async (trial) => {
      trial.proxy.arm(where, how);
      await trial.expectSurvived(await trial.run(options), survival);
    });
  }

  fault('connections that are refused at the start', async (trial) => {
    trial.proxy.refuse();
    const step = await trial.run({ onLog: acceptAfter(trial, 'trying again in') });
    await trial.expectSurvived(step, retried(/ECONNREFUSED/));
  });

  fault('connections that are refused from the upload on', async (trial) => {
    const accept = acceptAfter(trial, 'trying again in');
    let refused = false;
    const step = await trial.run({
      onLog: (log) => {
        if (!refused && log.includes('::group::Upload to')) {
          refused = true;
          trial.proxy.refuse();
        }
        accept(log);
      },
    });
    await trial.expectSurvived(step, retried());
  });

  fault('connections that are refused for ever', async (trial) => {
    trial.proxy.refuse();
    await trial.expectSurvived(await trial.run(), failed(/ECONNREFUSED.*network/));
  });

  for (const [what, call] of [
    ['first call', calls.app],
    ['upload', calls.upload],
    ['release', calls.release],
  ] as const) {
    fault(`a redirect of the ${what} to another host, which hears nothing`, async (trial) => {
      const other = await listen(trial);
      trial.proxy.arm({ call, times: always }, answerInstead(307, '', { location: other.url }));
      await trial.expectSurvived(await trial.run(), failed(/HTTP 307/));
      expect(other.connections()).toBe(0);
    });
  }
});

/** An app with a release phase. */
function releasePhaseApp(): string {
  return smallApp({ Procfile: 'worker: sleep infinity\nrelease: echo migrated; sleep 1\n' });
}

/** Lets the proxy take connections again once the log says something. */
function acceptAfter(trial: Trial, words: string): (log: string) => void {
  let accepted = false;
  return (log) => {
    if (accepted || !log.includes(words)) return;
    accepted = true;
    void trial.proxy.accept();
  };
}

/** Another host, and how many connections it has seen. */
async function listen({ context }: Trial) {
  let connections = 0;
  const server = createServer().on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, connections: () => connections };
}
