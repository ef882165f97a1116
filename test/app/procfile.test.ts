import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ProcessTypes, parseProcfile } from '../../src/app/procfile.ts';
import { DeployError } from '../../src/errors.ts';

function parse(text: string): ProcessTypes {
  return parseProcfile(new TextEncoder().encode(text), 'Procfile');
}

function refusal(content: string | Uint8Array): DeployError {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  try {
    parseProcfile(bytes, 'deploy/Procfile');
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('a Procfile', () => {
  test.each<[string, string, ProcessTypes]>([
    ['one process type', 'web: npm start\n', { web: 'npm start' }],
    ['several', 'web: npm start\nworker: node w.js', { web: 'npm start', worker: 'node w.js' }],
    ['no line break at its end', 'web: npm start', { web: 'npm start' }],
    ['line breaks of Windows', 'web: a\r\nworker: b\r\n', { web: 'a', worker: 'b' }],
    ['line breaks of an old Mac', 'web: a\rworker: b\r', { web: 'a', worker: 'b' }],
    ['a byte order mark', '\uFEFFweb: a\n', { web: 'a' }],
    ['blank lines and comments', '\n# web: no\n  \t\n  # no\nweb: a\n', { web: 'a' }],
    ['a hash in a command', 'web: a # b', { web: 'a # b' }],
    ['colons in a command', 'web: a --bind 0.0.0.0:$PORT', { web: 'a --bind 0.0.0.0:$PORT' }],
    ['white space all around', '  \tweb: \t a  b \t', { web: 'a  b' }],
    ['no colon, as the platform allows', 'web npm start', { web: 'npm start' }],
    ['all that a name may have', 'Release_2-x: a', { 'Release_2-x': 'a' }],
    ['the longest name', `${'x'.repeat(128)}: a`, { ['x'.repeat(128)]: 'a' }],
    ['the same name twice: the last one counts', 'web: a\nweb: b', { web: 'b' }],
    ['a name that JavaScript knows too', 'constructor: a', { constructor: 'a' }],
    ['text of any language', 'web: ./サーバー "é"', { web: './サーバー "é"' }],
    ['a line separator that is none here', 'web: a\u2028b', { web: 'a\u2028b' }],
  ])('may have %s', (_, text, processTypes) => {
    expect(parse(text)).toEqual(processTypes);
  });

  test('may even name a process type __proto__', () => {
    expect(Object.entries(parse('__proto__: a'))).toEqual([['__proto__', 'a']]);
  });

  test.each([
    ['no space behind the colon', 'web:npm start', 'does not parse: "web:npm start"'],
    ['no command', 'web:   ', 'does not parse: "web:"'],
    ['a name alone', 'web', 'does not parse: "web"'],
    ['a name with a dot', 'web.1: a', 'does not parse: "web.1: a"'],
    ['a name in quotes', '"web": a', 'does not parse: ""web": a"'],
    ['a name that is too long', `${'x'.repeat(129)}: a`, 'name is 129 characters long'],
    ['a conflict', '<<<<<<< HEAD', 'a merge conflict was committed here'],
    ['the base of a conflict', '||||||| 1a2b3c', 'a merge conflict was committed here'],
    ['the middle of a conflict', '=======', 'a merge conflict was committed here'],
    ['the end of a conflict', '>>>>>>> theirs', 'a merge conflict was committed here'],
  ])('with %s is refused with its line', (_, line, message) => {
    const error = refusal(`# ours\r\nweb: a\n\n${line}\nworker: b\n`);
    expect(error.message).toContain('deploy/Procfile, line 4');
    expect(error.message).toContain(message);
    expect(error.location).toEqual({ file: 'deploy/Procfile', line: 4 });
  });

  test.each(['', '\n\n', '# nothing yet\n', '\uFEFF'])(
    'without a process type is refused: %j',
    (text) => {
      const error = refusal(text);
      expect(error.message).toBe('deploy/Procfile names no process type.');
      expect(error.location).toEqual({ file: 'deploy/Procfile' });
    },
  );

  test.each([
    ['UTF-16', Buffer.from('\uFEFFweb: npm start', 'utf16le')],
    ['Latin-1', Buffer.from('web: ./café', 'latin1')],
    ['half a character', Buffer.from('web: ./café').subarray(0, -1)],
  ])('in another encoding is refused, not shipped broken: %s', (_, bytes) => {
    expect(refusal(bytes)).toMatchObject({
      message: 'deploy/Procfile is not UTF-8 text.',
      remedy: expect.stringContaining('Save it as UTF-8'),
    });
  });

  const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,128}$/);
  const command = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text === text.trim() && text !== '' && !/[\r\n\0]/.test(text));

  test('gives back what was written into it', () => {
    const lines = fc.array(fc.tuple(name, command), { minLength: 1 });
    fc.assert(
      fc.property(lines, fc.constantFrom('\n', '\r\n', '\n\n# more\n'), (written, lineBreak) => {
        const text = written.map(([one, other]) => `${one}: ${other}`).join(lineBreak);
        expect(new Map(Object.entries(parse(text)))).toEqual(new Map(written));
      }),
    );
  });

  test('whatever it holds is either what the platform takes or a refusal in words', () => {
    const line = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('web: a'));
    const text = fc.array(line).map((lines) => Buffer.from(lines.join('\n')));
    fc.assert(
      fc.property(fc.oneof(text, fc.uint8Array()), (bytes) => {
        for (const [key, value] of Object.entries(processTypesOrNone(bytes))) {
          expect(key).toMatch(/^[-\w]{1,128}$/);
          expect(value).toBe(value.trim());
          expect(value).not.toBe('');
        }
      }),
    );
  });

  function processTypesOrNone(bytes: Uint8Array): ProcessTypes {
    try {
      return parseProcfile(bytes, 'Procfile');
    } catch (error) {
      expect(error).toBeInstanceOf(DeployError);
      return {};
    }
  }
});
