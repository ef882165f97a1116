import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A Docker engine beside the one at hand. */
export interface SecondEngine {
  /** Its address, for `DOCKER_HOST`. */
  readonly host: string;
  /** Ends it, and all that runs in it. */
  stop(): Promise<void>;
}

/**
 * Starts a second Docker engine, as `script/machine/second-engine` has it: nothing is in it but the
 * stack images.
 * @param imageStore the older one, or the one that new engines have.
 */
export async function startSecondEngine(
  imageStore: 'overlay2' | 'containerd',
): Promise<SecondEngine> {
  const program = join(import.meta.dirname, 'second-engine');
  const engine = spawn(program, [imageStore], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => engine.once('close', () => resolve()));
  const host = await addressOf(engine);
  return {
    host,
    async stop() {
      engine.stdin.end();
      await ended;
    },
  };
}

async function addressOf(engine: ChildProcess): Promise<string> {
  if (!engine.stdout) throw new Error('the program has no output');
  for await (const line of createInterface({ input: engine.stdout })) {
    const [, host] = /^export DOCKER_HOST=(\S+)$/.exec(line) ?? [];
    if (host !== undefined) return host;
  }
  throw new Error('the second Docker engine did not start; what it said is above');
}
