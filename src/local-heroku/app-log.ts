import { appendFile, readFile } from 'node:fs/promises';
import { readLogs } from '../docker/container-process.ts';
import type { StateFolder } from './folder.ts';
import type { AppRecord } from './state.ts';

/** Writes an app's log and reads it, in the form of Logplex: `time source[dyno]: text`. */
export class AppLog {
  readonly #folder: StateFolder;
  readonly #onLine: (line: string) => void;

  /** @param onLine told what the platform says about any app, for whoever runs the server. */
  constructor(folder: StateFolder, onLine: (line: string) => void) {
    this.#folder = folder;
    this.#onLine = onLine;
  }

  /** Tells whoever runs the server, and keeps nothing: for talk that is of no use later. */
  tell(app: AppRecord, process: string, text: string): void {
    this.#onLine(`${app.name} ${process}: ${text}`);
  }

  /** Tells of work that went wrong in a way nobody foresaw. */
  fail(work: string, error: unknown): void {
    this.#onLine(`${work}: ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** Tells and keeps what the platform does, such as `web.1` and `State changed from starting to up`. */
  async say(app: AppRecord, process: string, text: string): Promise<void> {
    this.tell(app, process, text);
    const time = new Date().toISOString();
    const lines = text.split('\n').map((line) => `${time} heroku[${process}]: ${line}\n`);
    await appendFile(this.#folder.appLog(app.id), lines.join(''));
  }

  /** The platform's lines and those of the dynos that are there, in the order of their times. */
  async read(app: AppRecord): Promise<string[]> {
    const [platformLines, ...dynoLines] = await Promise.all([
      this.#platformLines(app),
      ...app.dynos.map(async ({ container, name }) =>
        (await readLogs(container)).map(({ time, text }) => `${time} app[${name}]: ${text}`),
      ),
    ]);
    // A stable sort by the times alone, so that lines of one source stay in their order.
    return [platformLines, ...dynoLines].flat().sort((one, other) => compareTimes(one, other));
  }

  async #platformLines(app: AppRecord): Promise<string[]> {
    const text = await readFile(this.#folder.appLog(app.id), 'utf8');
    return text.split('\n').filter((line) => line !== '');
  }
}

function compareTimes(one: string, other: string): number {
  const [first, second] = [timeOf(one), timeOf(other)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** To the millisecond: the engine's times are finer than ours. */
function timeOf(line: string): string {
  return line.slice(0, '2026-01-01T00:00:00.000'.length);
}
