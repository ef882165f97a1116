import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RunnerReporter } from '../../src/action/runner-reporter.ts';

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

/** The workflow commands that a runner finds in the log, by its own rules (ActionCommand.TryParse). */
function commands(): string[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => {
    const trimmed = line.replace(/^[\s\u0085]+/, '');
    return trimmed.startsWith('::') || line.includes('##[') ? [trimmed] : [];
  });
}

describe('a runner’s log', () => {
  test('has a group for each phase, and keeps its time for the summary', async () => {
    const reporter = new RunnerReporter();
    expect(await reporter.phase('Base image', async () => 'done')).toBe('done');
    expect(commands()).toEqual(['::group::Base image', '::endgroup::']);
    expect(reporter.phases).toEqual([{ title: 'Base image', milliseconds: expect.any(Number) }]);
  });

  test('ends the group of a phase that fails', async () => {
    const failing = new RunnerReporter().phase('Upload', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(commands()).toEqual(['::group::Upload', '::endgroup::']);
  });

  test('has a warning as an annotation at its place', () => {
    const reporter = new RunnerReporter();
    reporter.warning('old\nstack', { file: 'app/Dockerfile', line: 3 });
    reporter.warning('no line', { file: 'Procfile' });
    reporter.warning('no place');
    expect(commands()).toEqual([
      '::warning file=app/Dockerfile,line=3::old%0Astack',
      '::warning file=Procfile::no line',
      '::warning::no place',
    ]);
  });

  test.each([
    '::add-mask::x',
    '  ::set-output name=x::y',
    '\t::error::no',
    '\u0085::error::no',
    '\u00a0\u2003::error::no',
    '::::',
    '##[error]no',
    'text ##[add-mask]x',
    'text\r::stop-commands::x',
    'text\n  ::endgroup::',
    '\n\n::endgroup::',
  ])('takes no command from what a build prints, nor from the app’s own files: %j', (line) => {
    const reporter = new RunnerReporter();
    reporter.output(line);
    reporter.info(line);
    expect(commands()).toEqual([]);
    expect(log.replaceAll(/\s/g, '')).toContain(line.replaceAll(/\s/g, '').slice(-1));
  });

  test.each(['a::b', 'std::vector<int>', '#[derive]', ' = note: `::x`', 'é サーバー', ''])(
    'shows everything else as it is: %j',
    (line) => {
      new RunnerReporter().output(line);
      expect(log).toBe(`${line}\n`);
    },
  );

  test('masks a secret, line by line as the runner does', () => {
    const reporter = new RunnerReporter();
    reporter.secret('one%line');
    reporter.secret('first\r\n\n  \nlast\n');
    reporter.secret('');
    expect(commands()).toEqual(['::add-mask::one%25line', '::add-mask::first', '::add-mask::last']);
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
