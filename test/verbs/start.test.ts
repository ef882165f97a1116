import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { chooseProcessTypes } from '../../src/verbs/start.ts';

const processTypes = { web: './server', worker: './work', release: './migrate' };
const [web, worker] = [
  { name: 'web', command: './server' },
  { name: 'worker', command: './work' },
];

describe('the process types to start', () => {
  test.each([
    { run: '', chosen: [web] },
    { run: 'worker', chosen: [worker] },
    { run: 'worker\n\n web \r\nworker\n', chosen: [worker, web] },
  ])('are each of those that were asked for, once: $run', ({ run, chosen }) => {
    expect(chooseProcessTypes(run, processTypes)).toEqual(chosen);
  });

  test.each(['clock', 'web\nclock', 'toString'])('must be the app’s: %s', (run) => {
    expect(() => chooseProcessTypes(run, processTypes)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining(': web, worker, release.') }),
    );
    expect(() => chooseProcessTypes(run, processTypes)).toThrow(DeployError);
  });

  test('must have web among them where none was asked for', () => {
    expect(() => chooseProcessTypes('', { worker: './work' })).toThrow('no process type "web"');
  });
});
