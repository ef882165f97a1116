import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';

/** The bundled command line, for `node` to run. */
export const commandLine = join(import.meta.dirname, '../../dist/cli/index.js');

/** What a program wrote, up to now. */
export interface Output {
  /** Standard output: results alone. */
  readonly results: string;
  /** Standard error. */
  readonly log: string;
}

/** What a program wrote, and how it ended. */
export interface Outcome extends Output {
  readonly exitCode: number | null;
}

/**
 * Waits until a program has ended.
 * @param onOutput is told what it wrote each time there is more.
 */
export async function outcomeOf(
  child: ChildProcessWithoutNullStreams,
  onOutput: (output: Output) => void = () => {},
): Promise<Outcome> {
  const output = { results: '', log: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.results += text;
    onOutput(output);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.log += text;
    onOutput(output);
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { exitCode, ...output };
}
