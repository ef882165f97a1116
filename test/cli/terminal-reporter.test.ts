import { stderr, stdout } from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TerminalReporter } from '../../src/cli/terminal-reporter.ts';

let log = '';
const isTerminal = stderr.isTTY;

beforeEach(() => {
  log = '';
  vi.spyOn(stdout, 'write').mockImplementation(() => {
    throw new Error('Standard output is for the results alone.');
  });
  vi.spyOn(stderr, 'write').mockImplementation((text) => {
    log += String(text);
    return true;
  });
  stderr.isTTY = false;
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  stderr.isTTY = isTerminal;
});

describe('a terminal', () => {
  test('shows each phase with its time, and what happens in it', async () => {
    const reporter = new TerminalReporter();
    const result = await reporter.phase('Base image', async () => {
      reporter.info('Building');
      reporter.output('#1 done');
      return 42;
    });
    expect(result).toBe(42);
    expect(log).toMatch(/^\n== Base image\nBuilding\n {2}#1 done\n {3}done in \d+\.\d s\n$/);
  });

  test('shows no end of a phase that failed', async () => {
    const failing = new TerminalReporter().phase('Upload', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(log).toBe('\n== Upload\n');
  });

  test.each([
    [undefined, 'Warning: old\n'],
    [{ file: 'Procfile' }, 'Warning: Procfile: old\n'],
    [{ file: 'app/Dockerfile', line: 3 }, 'Warning: app/Dockerfile:3: old\n'],
  ])('shows a warning with its place: %j', (location, shown) => {
    new TerminalReporter().warning('old', location);
    expect(log).toBe(shown);
  });

  test('shows a bar that grows while a transfer is under way, and a cursor after it', () => {
    stderr.isTTY = true;
    const reporter = new TerminalReporter();
    reporter.progress('Uploading', 0, 2_000_000);
    reporter.progress('Uploading', 1_000_000, 2_000_000);
    reporter.progress('Uploading', 2_000_000, 2_000_000);
    const shown = stripVTControlCharacters(log);
    expect(shown).toMatch(/Uploading .* 0 % \(0 B of 2 MB\)/);
    expect(shown).toMatch(/Uploading .* 100 % \(2 MB of 2 MB\)/);
    expect(log.lastIndexOf('\u001b[?25h')).toBeGreaterThan(log.lastIndexOf('\u001b[?25l'));
  });

  test('keeps the bar and the lines apart', () => {
    stderr.isTTY = true;
    const reporter = new TerminalReporter();
    reporter.progress('Uploading', 500_000, 2_000_000);
    reporter.info('No answer; trying again');
    reporter.progress('Uploading', 2_000_000, 2_000_000);
    const lines = stripVTControlCharacters(log).split(/\r?\n/);
    expect(lines.filter((line) => line === 'No answer; trying again')).toHaveLength(1);
    expect(lines.at(-1)).toBe('');
  });

  test('begins each line at its left edge, also while a program in a container has it in raw mode', () => {
    stderr.isTTY = true;
    new TerminalReporter().info('one\ntwo\r\nthree');
    expect(log).toBe('one\r\ntwo\r\nthree\r\n');
  });

  test('has no bar left, nor anything that keeps the program going, when a phase failed', async () => {
    stderr.isTTY = true;
    vi.useFakeTimers();
    const reporter = new TerminalReporter();
    const failing = reporter.phase('Upload', async () => {
      reporter.progress('Uploading', 1, 2);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a log file', () => {
  test('has a line every five seconds of a transfer, and one when it is done', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const reporter = new TerminalReporter();
    for (let done = 0; done <= 1_000_000; done += 10_000) {
      reporter.progress('Uploading', done, 1_000_000);
      vi.advanceTimersByTime(100);
    }
    expect(log).toBe(
      'Uploading: 0 B of 1 MB\nUploading: 500 kB of 1 MB\nUploading: 1 MB of 1 MB\n',
    );
  });

  test('never holds a secret, in whatever a line is made of', () => {
    const reporter = new TerminalReporter();
    reporter.secret('s3cr3t');
    reporter.info('token s3cr3t, s3cr3t');
    reporter.output('echo s3cr3t');
    reporter.warning('s3cr3t');
    expect(log).toBe('token ***, ***\n  echo ***\nWarning: ***\n');
  });

  test('never holds a line of a secret that has several', () => {
    const reporter = new TerminalReporter();
    reporter.secret('-----BEGIN KEY-----\r\nabcdef\n\nghijkl\n');
    for (const line of ['abcdef', 'cat: ghijkl', '']) reporter.output(line);
    expect(log).toBe('  ***\n  cat: ***\n  \n');
  });

  test('never holds the rest of a secret that another one is the beginning of', () => {
    const reporter = new TerminalReporter();
    reporter.secret('abc');
    reporter.secret('abcdef');
    reporter.info('abcdef abc');
    expect(log).toBe('*** ***\n');
  });

  test('is not spoiled by an empty secret', () => {
    const reporter = new TerminalReporter();
    for (const empty of ['', ' ', '\n']) reporter.secret(empty);
    reporter.info('a b');
    expect(log).toBe('a b\n');
  });
});
