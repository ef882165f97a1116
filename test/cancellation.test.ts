import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = join(import.meta.dirname, '../src/cancellation.ts');

/** A program that cleans up for a moment, or for ever, when it is cancelled. */
function program(cleanUpMilliseconds: number) {
  const script = `
    const { cancelOnSignal } = await import(${JSON.stringify(source)});
    const signal = cancelOnSignal();
    const busy = setInterval(() => {}, 1000);
    signal.addEventListener('abort', () => {
      console.log(signal.reason.name + ': ' + signal.reason.message + ' ' + signal.reason.remedy);
      setTimeout(() => { console.log('clean'); clearInterval(busy); }, ${cleanUpMilliseconds});
    });
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return {
    async said(word: string): Promise<void> {
      while (!output.includes(word)) await once(child.stdout, 'data');
    },
    kill: (name: NodeJS.Signals) => child.kill(name),
    async end() {
      const [exitCode] = await once(child, 'close');
      return { exitCode, output };
    },
  };
}

describe('a run that is cancelled', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s cleans up, and says what happened',
    async (name) => {
      const run = program(1);
      await run.said('ready');
      run.kill(name);
      const { exitCode, output } = await run.end();
      expect(output).toContain(`DeployError: The run was cancelled (${name}). Run it again`);
      expect(output).toContain('clean');
      expect(exitCode).toBe(0);
    },
  );

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a second time, by %s, ends at once as shells expect it', async (name, code) => {
    const run = program(60_000);
    await run.said('ready');
    run.kill('SIGINT');
    await run.said('cancelled');
    run.kill(name);
    const { exitCode, output } = await run.end();
    expect(exitCode).toBe(code);
    expect(output).not.toContain('clean\n');
  });
});
