import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll } from 'vitest';
import { type SecondEngine, startSecondEngine } from '../../script/machine/second-engine.ts';

/**
 * Starts a second Docker engine for the tests of a file, as if on another machine, and stops it
 * afterwards. Nothing is in it but the stack images.
 * @param imageStore the older one, or the one that new engines have.
 */
export function useSecondEngine(imageStore: 'overlay2' | 'containerd') {
  let engine: SecondEngine;
  beforeAll(async () => {
    engine = await startSecondEngine(imageStore);
  });
  afterAll(() => engine.stop());

  const docker = (...args: readonly string[]) =>
    execFileSync('docker', ['--host', engine.host, ...args], { encoding: 'utf8' }).trimEnd();

  return {
    /** What a Docker client needs to have in its environment to speak to it. */
    get environment(): Readonly<Record<string, string>> {
      return { DOCKER_HOST: engine.host };
    },
    /** Asks the engine through the Docker client, and returns its answer without the last line break. */
    docker,
  };
}
