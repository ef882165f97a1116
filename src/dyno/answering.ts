import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { startDocker } from '../docker/client.ts';
import { containerStatus } from '../docker/container-process.ts';
import { crashed } from '../docker/ended-process.ts';
import type { Awaited } from '../docker/listening.ts';
import { Patience } from '../docker/patience.ts';
import { DeployError } from '../errors.ts';

/** What a web process is to answer, and to whom. */
export interface WantedAnswer {
  /** Begins with a slash. */
  readonly path: string;
  readonly status: number;
  /** Host name that the request is for. */
  readonly host: string;
}

/** A web process that is to answer. */
export interface AwaitedAnswer extends Awaited {
  readonly wanted: WantedAnswer;
  /** When its time began to run, in milliseconds since 1970. */
  readonly since: number;
}

interface Answer {
  /** 0 where none came. */
  readonly status: number;
  /** Where it redirects to; empty where it does not. */
  readonly destination: string;
  /** Why there is none, or no whole one. */
  readonly failure: string;
  readonly body: string;
}

const unavailable = 503;
const pauseMilliseconds = 200;
/** The platform's router waits no longer (H12; https://devcenter.heroku.com/articles/request-timeout). */
const longestRequestSeconds = 30;
/** What the engine may take beyond that, to run the request and to pass the answer on. */
const enginesOwnSeconds = 60;
const shownBodyLines = 10;
const keptBodyCharacters = 2000;

/**
 * Asks a web process for a path as the platform's router does, until it answers as it should. A
 * process that is still starting refuses connections or answers 503, so it is asked again after
 * these alone.
 * @throws DeployError where it answers otherwise, ends, or the time is over.
 */
export async function waitUntilAnswering(awaited: AwaitedAnswer): Promise<void> {
  const { container, wanted, since, timeoutSeconds } = awaited;
  const deadline = since + timeoutSeconds * 1000;
  for (;;) {
    const answer = await ask(awaited, deadline);
    if (answer.status === wanted.status) return;
    if ((await containerStatus(container)).status !== 'running') {
      throw await crashed(awaited, `it answered GET ${wanted.path}`);
    }
    if (answer.status !== 0 && answer.status !== unavailable) throw wrongAnswer(awaited, answer);
    if (Date.now() >= deadline) throw noAnswer(awaited, answer);
    await delay(pauseMilliseconds);
  }
}

/**
 * From inside the container, where the engine may be on another machine, and by the address at which
 * the router would reach it: a container's own name leads there.
 */
const script = 'exec curl "$@" "http://$HOSTNAME:$0"';

async function ask(awaited: AwaitedAnswer, deadline: number): Promise<Answer> {
  const secondsLeft = Math.ceil((deadline - Date.now()) / 1000);
  const seconds = Math.min(Math.max(secondsLeft, 1), longestRequestSeconds);
  const patience = new Patience((seconds + enginesOwnSeconds) * 1000, awaited.signal);
  try {
    return await request(awaited, seconds, patience.signal);
  } catch (error) {
    throw patience.signal.aborted ? patience.signal.reason : error;
  } finally {
    patience.end();
  }
}

async function request(
  { container, port, wanted }: AwaitedAnswer,
  seconds: number,
  signal: AbortSignal,
): Promise<Answer> {
  const client = startDocker(
    [
      ...['exec', container, 'sh', '-c', script, `${port}${wanted.path}`],
      // The first: neither a .curlrc of the app's nor a proxy has a say.
      ...['--disable', '--noproxy', '*', '--silent', '--globoff', '--path-as-is'],
      ...['--max-time', String(seconds), '--write-out', writeOut],
      ...routerHeaders(wanted.host).flatMap((header) => ['--header', header]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], signal },
  );
  const [body, said, exitCode] = await Promise.all([
    beginning(client.process.stdout as Readable),
    text(client.process.stderr as Readable),
    client.exitCode,
  ]);
  signal.throwIfAborted();
  if (exitCode === commandNotFound) throw notAsked(wanted.path, said.trim());
  const [, status = '0', destination = '', failure = said.trim()] =
    /^(\d{3}) (\S*) (.*)$/s.exec(said) ?? [];
  return { status: Number(status), destination, failure, body };
}

const writeOut = '%{stderr}%{http_code} %{redirect_url} %{errormsg}';
/** Of a shell. */
const commandNotFound = 127;

/** https://devcenter.heroku.com/articles/http-routing#heroku-headers */
function routerHeaders(host: string): string[] {
  return [
    `Host: ${host}`,
    `X-Request-Id: ${randomUUID()}`,
    'X-Forwarded-For: 127.0.0.1',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Port: 443',
  ];
}

/** Reads a body to its end, which may be far away, and keeps what a message may show. */
async function beginning(body: Readable): Promise<string> {
  let kept = '';
  for await (const chunk of body.setEncoding('utf8')) {
    if (kept.length < keptBodyCharacters) kept += chunk;
  }
  return kept.slice(0, keptBodyCharacters);
}

function notAsked(path: string, reason: string): DeployError {
  return new DeployError(
    `GET ${path} cannot be sent from inside the dyno: ${reason}`,
    'Name a run image with curl in it with "run-image"; Heroku’s own have it.',
  );
}

function wrongAnswer({ name, wanted }: AwaitedAnswer, answer: Answer): DeployError {
  return new DeployError(
    `${name} answered GET ${wanted.path} with ${shown(answer)}`,
    `It is to be ${wanted.status}: mend the app, or say with "smoke-test-path" and "smoke-test-status" what it answers when it is well.`,
  );
}

function noAnswer({ name, wanted, timeoutSeconds }: AwaitedAnswer, answer: Answer): DeployError {
  const last = answer.status === 0 ? `${answer.failure}.` : `it answered ${shown(answer)}`;
  return new DeployError(
    `${name} did not answer GET ${wanted.path} with ${wanted.status} within ${timeoutSeconds} seconds; ${last}`,
    'Mend what its log names, or give it more time with "boot-timeout".',
  );
}

/** The end of a sentence: the status, and how the body begins. */
function shown({ status, destination, body }: Answer): string {
  const answered = destination === '' ? `${status}` : `${status} (to ${destination})`;
  const lines = body.trim().split(/\r?\n/).slice(0, shownBodyLines).join('\n');
  return lines === '' ? `${answered}, without a body.` : `${answered}:\n${lines}`;
}
