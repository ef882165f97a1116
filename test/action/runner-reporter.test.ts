import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RunnerReporter } from '../../src/action/runner-reporter.ts';
import { workflowCommands } from '../support/workflow-commands.ts';

let log = '';

beforeEach(() => {
  log = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a runner’s log', () => {
  test('has a group for each phase, and keeps its time for the summary', async () => {
    const reporter = new RunnerReporter();
    expect(await reporter.phase('Base image', async () => 'done')).toBe('done');
    expect(workflowCommands(log)).toEqual(['::group::Base image', '::endgroup::']);
    expect(reporter.phases).toEqual([{ title: 'Base image', milliseconds: expect.any(Number) }]);
  });

  test('ends the group of a phase that fails', async () => {
    const failing = new RunnerReporter().phase('Upload', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(workflowCommands(log)).toEqual(['::group::Upload', '::endgroup::']);
  });

  test('has a warning as an annotation at its place', () => {
    const reporter = new RunnerReporter();
    reporter.warning('old\nstack', { file: 'app/Dockerfile', line: 3 });
    reporter.warning('no line', { file: 'Procfile' });
    reporter.warning('no place');
    expect(workflowCommands(log)).toEqual([
      '::warning file=app/Dockerfile,line=3::old%0Astack',
      '::warning file=Procfile::no line',
      '::warning::no place',
    ]);
  });

  test('masks a secret, line by line as the runner does', () => {
    const reporter = new RunnerReporter();
    reporter.secret('one%line');
    reporter.secret('first\r\n\n  \nlast\n');
    reporter.secret('');
    expect(workflowCommands(log)).toEqual([
      '::add-mask::one%25line',
      '::add-mask::first',
      '::add-mask::last',
    ]);
  });

  test('says how far a transfer is every five seconds, and when it is done', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const reporter = new RunnerReporter();
    for (let done = 0; done <= 1000; done += 10) {
      reporter.progress('Uploading', done, 1000);
      vi.advanceTimersByTime(100);
    }
    expect(log).toBe('Uploading: 0 %\nUploading: 50 %\nUploading: 100 %\n');
  });
});
