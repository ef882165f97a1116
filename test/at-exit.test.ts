import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '../src/at-exit.ts');

/** What a program says that ends in the middle of its work. */
function run(script: string): string {
  const program = `const { atExit } = await import(${JSON.stringify(source)});\n${script}`;
  const options = { encoding: 'utf8' } as const;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], options).stdout;
}

test('what a process leaves in the middle of its work is undone, the newest first', () => {
  const script = `
    atExit(() => console.log('folder'));
    atExit(() => console.log('client'));
    process.exit(3);
  `;
  expect(run(script)).toBe('client\nfolder\n');
});

test('what is done is not undone', () => {
  const script = `
    const done = atExit(() => console.log('folder'));
    atExit(() => console.log('client'));
    done();
    done();
  `;
  expect(run(script)).toBe('client\n');
});
