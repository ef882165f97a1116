import type { OpenAnswer } from '../http/http-client.ts';
import { NoAnswerError } from '../http/http-error.ts';
import type { HerokuClient } from './client.ts';
import { LogLines } from './log-lines.ts';
import { maskSignedUrl } from './signed-url.ts';

/** A release's log that is being read as it is written. */
export interface FollowedLog {
  /** Its last lines so far, twenty at most. */
  readonly lastLines: readonly string[];
  /** To be called when the release is final: reads what there still is, for three seconds at most. */
  drain(): Promise<void>;
  /** Reads no more. */
  stop(): Promise<void>;
}

const keptLines = 20;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 5_000;
const graceMilliseconds = 3_000;

/**
 * Follows what a release phase writes, line by line, until it is told to stop. Nothing that happens
 * to the log is an error, and its end says nothing of the release's.
 *
 * The platform answers at the URL with 404 until the release phase has begun, and then for as long
 * as it writes (heroku/cli, issue 1271). Behind the URL is busl (github.com/heroku/busl): while the
 * log is quiet it sends a null byte every ten seconds, which is no part of the log and which `Range`
 * does not count; it answers 204 where the log has ended and there is no more of it, and it knows
 * `Range` only in a form of its own, so that the answer to the standard one has everything again.
 * @param url the release's `output_stream_url`: the permission itself, which is masked.
 */
export function followReleaseLog(
  client: HerokuClient,
  url: string,
  onLine: (line: string) => void,
): FollowedLog {
  maskSignedUrl(client.reporter, url);
  const lastLines: string[] = [];
  const lines = new LogLines((line) => {
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
    onLine(line);
  });
  const final = new AbortController();
  const enough = new AbortController();
  const reader = new LogReader(client, url, lines, enough.signal);
  const following = reader.follow(final.signal).finally(() => lines.end());
  following.catch(() => {}); // Awaited at the end; until then it must not end the process.
  const stop = async () => {
    enough.abort();
    await following;
  };
  return {
    lastLines,
    stop,
    async drain() {
      final.abort();
      await Promise.race([following, pause(client, graceMilliseconds, enough.signal)]);
      await stop();
    },
  };
}

/** What came of one answer. */
type Ending = 'read' | 'absent' | 'broken';

class LogReader {
  readonly #client: HerokuClient;
  readonly #url: string;
  readonly #lines: LogLines;
  readonly #enough: AbortSignal;
  #seenBytes = 0;

  constructor(client: HerokuClient, url: string, lines: LogLines, enough: AbortSignal) {
    this.#client = client;
    this.#url = url;
    this.#lines = lines;
    this.#enough = AbortSignal.any([enough, client.signal]);
  }

  /** Reads until it is enough, or the log is read to its end after the release's final state. */
  async follow(final: AbortSignal): Promise<void> {
    let milliseconds = firstPauseMilliseconds;
    while (!this.#enough.aborted) {
      // Asked before reading, so that what was written last is read.
      const isFinal = final.aborted;
      const seenBefore = this.#seenBytes;
      const ending = await this.#read();
      if (isFinal && (ending === 'read' || (ending === 'absent' && this.#seenBytes > 0))) return;
      const isNew = this.#seenBytes > seenBefore;
      milliseconds = isNew || isFinal ? firstPauseMilliseconds : longer(milliseconds);
      await pause(this.#client, milliseconds, this.#enough, ...(isFinal ? [] : [final]));
    }
  }

  async #read(): Promise<Ending> {
    const answer = await this.#open();
    if (answer === undefined) return 'broken';
    const start = this.#startOf(answer);
    if (start !== undefined) return this.#readBody(answer, start);
    answer.body.on('error', () => {}).destroy();
    return isAtEnd(answer) ? 'read' : 'absent';
  }

  async #open(): Promise<OpenAnswer | undefined> {
    try {
      return await this.#client.open('Log of the release', this.#url, {
        ...(this.#seenBytes > 0 && { headers: { range: `bytes=${this.#seenBytes}-` } }),
        signal: this.#enough,
      });
    } catch (error) {
      if (this.#enough.aborted || error instanceof NoAnswerError) return undefined;
      throw error;
    }
  }

  /** Which of the log's bytes an answer begins with; `undefined` where it has none. */
  #startOf({ status, headers }: OpenAnswer): number | undefined {
    if (status === 200) return 0;
    if (status !== 206) return undefined;
    const [, start] = /^bytes (\d+)-/.exec(String(headers['content-range'])) ?? [];
    return start === undefined ? this.#seenBytes : Number(start);
  }

  async #readBody({ body }: OpenAnswer, start: number): Promise<Ending> {
    let position = start;
    for await (const chunk of untilBroken(body)) {
      const bytes = withoutNullBytes(chunk);
      const end = position + bytes.length;
      if (end > this.#seenBytes) {
        this.#lines.push(bytes.subarray(Math.max(0, this.#seenBytes - position)));
        this.#seenBytes = end;
      }
      position = end;
    }
    return body.errored === null ? 'read' : 'broken';
  }
}

/** What there is before a body breaks off. An error of the one who reads is not caught here. */
async function* untilBroken(body: OpenAnswer['body']): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch {
    // Read on from here with the next answer.
  }
}

function withoutNullBytes(bytes: Buffer): Uint8Array {
  return bytes.includes(0) ? bytes.filter((byte) => byte !== 0) : bytes;
}

/** Whether there is no more of the log than what was seen, or not yet. */
function isAtEnd({ status }: OpenAnswer): boolean {
  return status === 204 || status === 416;
}

function longer(milliseconds: number): number {
  return Math.min(milliseconds * 1.5, longestPauseMilliseconds);
}

/** Waits, but no longer than until one of the signals. */
async function pause(client: HerokuClient, milliseconds: number, ...signals: AbortSignal[]) {
  const signal = AbortSignal.any([client.signal, ...signals]);
  try {
    await client.sleep(milliseconds, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
