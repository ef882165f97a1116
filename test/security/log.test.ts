import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RunnerReporter } from '../../src/action/runner-reporter.ts';
import { TerminalReporter } from '../../src/cli/terminal-reporter.ts';
import { forEachLine } from '../../src/lines.ts';
import { printable, printableName } from '../../src/printable.ts';
import type { Reporter } from '../../src/reporter.ts';
import { workflowCommands } from '../support/workflow-commands.ts';

let log = '';
const isTerminal = process.stderr.isTTY;

beforeEach(() => {
  log = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      log += String(text);
      return true;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = isTerminal;
});

/** Every way in which a reporter is told something that others have a hand in. */
const ways: Readonly<Record<string, (reporter: Reporter, text: string) => unknown>> = {
  output: (reporter, line) => reporter.output(line),
  info: (reporter, message) => reporter.info(message),
};

/** What commands a runner, or did. */
const commands = [
  '::add-mask::x',
  '::set-output name=slug-id::forged',
  '::save-state name=run::forged',
  '::stop-commands::x',
  '::error file=Procfile,line=1::forged',
  '::ENDGROUP::',
  '::debug::::x',
  '##[error]forged',
  '##[add-mask]x',
  'text ##[set-output name=slug-id;]forged',
];

const before = [
  ...['', ' ', '\t', '  \t ', '\u0085', '\u00a0', '\u2003', '\u2028', '\u3000', '\v', '\f', '\r'],
  ...['\0', '\x01', '\b', '\x7f', '\ufeff', '\u200b', '\u200d', '\u00ad', '\u2060', '\u202e'],
  ...['\x1b[31m', '\x1b[0m', '\x1b[2K', '\x1b]0;title\x07', '\x1b]8;;x\x1b\\', '\x1b', '\x9b1m'],
  ...['\n', '\r\n', 'text\n  ', 'text\r', 'text\r\r\n', '\x1b[31m \x1b[1m\u0085'],
];

describe('Nothing that a build, a dyno, Docker or Heroku writes, and no name or content of a file, is a command to the runner', () => {
  test('the commands of these tests are ones that a runner obeys', () => {
    for (const command of commands) expect(workflowCommands(command)).toEqual([command]);
    for (const start of ['\t', '\u0085', '\v', '\u2028']) {
      expect(workflowCommands(`${start}::add-mask::x`)).toHaveLength(1);
    }
    expect(workflowCommands('text\r::add-mask::x')).toHaveLength(1);
    expect(workflowCommands('a::b')).toEqual([]);
  });

  test.each(Object.entries(ways))('whatever goes before it (%s)', (_, tell) => {
    const reporter = new RunnerReporter();
    for (const start of before) for (const command of commands) tell(reporter, start + command);
    expect(log.length).toBeGreaterThan(before.length * commands.length * 8);
    expect(workflowCommands(log)).toEqual([]);
  });

  test('however it is put together', () => {
    const piece = fc.constantFrom(
      ...[...before, ...commands, '::', ':', '##', '#', '[', 'add-mask', 'x', ']', ' name=y'],
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 8, arbitrary: piece }, fc.string({ unit: 'binary' }))),
        fc.constantFrom(...Object.values(ways)),
        (pieces, tell) => {
          log = '';
          tell(new RunnerReporter(), pieces.join(''));
          expect(workflowCommands(log)).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('in what is itself part of a command: a title, a warning, an error and their places', async () => {
    const reporter = new RunnerReporter();
    const hostile = 'x\r\n::add-mask::x\n##[error]y,line=1::\u0085::stop-commands::z';
    await reporter.phase(hostile, async () => {});
    reporter.warning(hostile, { file: hostile });
    reporter.error(hostile, { file: hostile, line: 3 });
    expect(
      log
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(0, 7)),
    ).toEqual(['::group', '::endgr', '::warni', '::error']);
    expect(workflowCommands(log)).toHaveLength(4);
  });

  test('in a line that comes in pieces, or is too long to be shown whole', async () => {
    const reporter = new RunnerReporter();
    const stream = new PassThrough();
    forEachLine(stream, (line) => reporter.output(line));
    for (const piece of [':', ':add-mask:', ':x\r', '\n  :', ':error:', ':y']) stream.write(piece);
    stream.write(`\n${' '.repeat(1_000_000)}::add-mask::x\n`);
    stream.end(`${'x'.repeat(65_536)}::add-mask::x`);
    await new Promise((resolve) => stream.on('end', resolve));
    expect(log).toContain(': :add-mask::x\n');
    expect(workflowCommands(log)).toEqual([]);
  });

  test.each([
    'a::b',
    'std::vector<int>',
    '#[derive]',
    ' = note: `::x`',
    'é サーバー 👩‍👩‍👧',
    '\ta',
    '',
  ])('while everything else is shown as it is: %j', (line) => {
    new RunnerReporter().output(line);
    expect(log).toBe(`${line}\n`);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const colour = /\x1b\[[\d;:]*m/g;

/** All that moves, hides or turns text: controls, separators, marks of direction. */
const controls = [
  ...Array(0xa0).keys(),
  0x2028,
  0x2029,
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
]
  .filter((code) => code < 0x20 || code > 0x7e)
  .map((code) => String.fromCharCode(code))
  .filter((character) => !'\t\n'.includes(character));

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const sequences = [
  ...['\x1b[2K', '\x1b[1;1H', '\x1b[?25l', '\x1b[3J', '\x1b[6n', '\x1b[1 q', '\x9b2K'],
  ...['\x1b]0;title\x07', '\x1b]8;;https://x.example\x1b\\', '\x1b]52;c;eA==\x07', '\x9d0;t\x9c'],
  ...['\x1bP$q"p\x1b\\', '\x1b_x\x1b\\', '\x1b(0', '\x1b#8'],
];

/** What a terminal or a log would do more with than show it. */
function effects(text: string): string[] {
  return controls.filter((character) => text.includes(character));
}

describe('No character of theirs moves a cursor, sets a title, makes a link, rings or turns text round: colours stay where they are shown, and end with their line', () => {
  test.each([true, false])('on a terminal or in a file, and on a runner (%s)', (isTTY) => {
    process.stderr.isTTY = isTTY;
    for (const reporter of [new RunnerReporter(), new TerminalReporter()]) {
      for (const tell of Object.values(ways)) {
        log = '';
        for (const part of [...controls, ...sequences]) tell(reporter, `a${part}b`);
        // The terminal's own line breaks have a carriage return.
        expect(effects(log.replaceAll('\r\n', '\n'))).toEqual([]);
      }
      log = '';
      reporter.warning(controls.join(''));
      if (reporter instanceof RunnerReporter) reporter.error(controls.join(''));
      expect(effects(log.replaceAll('\r\n', '\n'))).toEqual([]);
    }
  });

  test('whatever they are put together of', () => {
    const piece = fc.constantFrom(...controls, ...sequences, '[', ']', '0', 'm', ';', '\\', '\n');
    fc.assert(
      fc.property(fc.array(piece), fc.boolean(), (pieces, colours) => {
        const shown = printable(pieces.join(''), { colours });
        expect(effects(colours ? shown.replaceAll(colour, '') : shown)).toEqual([]);
        expect(printable(shown, { colours })).toBe(shown);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['\x1b[31mred\x1b[0m plain', '\x1b[31mred\x1b[0m plain'],
    ['\x1b[1;38:5:9mred', '\x1b[1;38:5:9mred\x1b[0m'],
    ['\x1b[8mhidden\nnext', '\x1b[8mhidden\x1b[0m\nnext'],
  ])('%j is shown as %j with colours', (line, shown) => {
    expect(printable(line, { colours: true })).toBe(shown);
    expect(printable(line, { colours: false })).toBe(shown.replaceAll(colour, ''));
  });

  test.each([
    ['10 %\r20 %', '10 %\\x0d20 %'],
    ['a\x1b[2K\x1b[1Gb', 'ab'],
    ['\x1b]8;;https://x.example\x07link\x1b]8;;\x07', 'link'],
    ['\x1b]never ended', '\\x1b]never ended'],
    ['bell\x07 nul\0 next\x85 turned\u202e', 'bell\\x07 nul\\x00 next\\x85 turned\\u202e'],
  ])('%j is shown as %j', (line, shown) => {
    expect(printable(line, { colours: true })).toBe(shown);
  });

  test('nor does the name of a file make a line of its own', () => {
    expect(printableName('a\n== Released\r\x1b[1mb')).toBe('a\\x0a== Released\\x0db');
  });
});

describe('A line without end fills neither the memory nor the log', () => {
  test('of 100 MB, a log has the first 8,192 characters', async () => {
    const stream = new PassThrough();
    const lines: string[] = [];
    forEachLine(stream, (line) => lines.push(line));
    const piece = 'é'.repeat(500_000);
    for (let written = 0; written < 100; written++) {
      if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
    }
    stream.end('\nnext');
    await new Promise((resolve) => stream.on('end', resolve));
    expect(lines.map(({ length }) => length)).toEqual([65_536, 4]);
    for (const reporter of [new RunnerReporter(), new TerminalReporter()]) {
      log = '';
      for (const tell of Object.values(ways)) tell(reporter, lines[0] as string);
      expect(log).toMatch(/é{8192} \[… the line is longer than 8192 characters\]\n/);
      expect(log.length).toBeLessThan(17_000);
    }
  });

  test('and none is cut in the middle of a character', () => {
    const shown = printable(`x${'👍'.repeat(5000)}`, { colours: true });
    expect(shown).toMatch(/^x(?:👍){4095} \[/u);
  });

  test('while lines come whole, however they end and in whatever pieces', async () => {
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, ends)),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (written, sizes) => {
          const bytes = Buffer.from(`${written.flat().join('')}end`);
          const stream = new PassThrough();
          const lines: string[] = [];
          forEachLine(stream, (text) => lines.push(text));
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = sizes[turn % sizes.length] as number;
            stream.write(bytes.subarray(at, at + size));
            at += size;
          }
          stream.end();
          await new Promise((resolve) => stream.on('end', resolve));
          // A return and a line feed that belong to two lines are one end.
          const expected = `${written.flat().join('')}end`.split(/\r\n|\r|\n/);
          expect(lines).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('A secret that the log is told of is shown as *** before the line that has it is changed or cut', () => {
  const secrets = [
    '::s3cr3t',
    '##[s3cr3t',
    's3\x1b[1mcr3t',
    's3\u202ecr3t',
    'x',
    'one\ntwo\r\nthree\rfour',
  ];

  test.each(secrets)('%j', (secret) => {
    for (const reporter of [new RunnerReporter(), new TerminalReporter()]) {
      reporter.secret(secret);
      log = '';
      for (const line of secret.split(/\r\n|\r|\n/)) {
        for (const tell of Object.values(ways)) tell(reporter, line);
        reporter.warning(line);
      }
      for (const text of log.trimEnd().split('\n')) {
        expect(text).toMatch(/^(?:::warning::|Warning: )? *\*\*\*$/);
      }
    }
  });

  test('that stands where a line is cut', () => {
    for (const reporter of [new RunnerReporter(), new TerminalReporter()]) {
      reporter.secret('HRKU-0123456789');
      log = '';
      reporter.info(`${'.'.repeat(8185)}HRKU-0123456789`);
      expect(log).toContain('.***');
      expect(log).not.toContain('HRKU');
    }
  });
});
