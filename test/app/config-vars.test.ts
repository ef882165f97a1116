import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfigVars, readConfigFile } from '../../src/app/config-vars.ts';
import { DeployError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folder.ts';

const key = '-----BEGIN KEY-----\nMIIEvQ+/==\n-----END KEY-----';

describe('config vars', () => {
  test('are NAME=value with dotenv’s quotes, or the name of an environment variable', () => {
    const text = `# of the shop\nMODE=fast # and why\n\nKEY="${key}"\nTOKEN\n  EMPTY # set\nPLAN='a b'\nMODE=slow`;
    expect(parseConfigVars(text, { TOKEN: 't=1 "x"', EMPTY: '', OTHER: '1' })).toEqual({
      MODE: 'slow',
      KEY: key,
      TOKEN: 't=1 "x"',
      EMPTY: '',
      PLAN: 'a b',
    });
  });

  test.each(['', '\n  \n', '# none\n'])('may be none: %j', (text) => {
    expect(parseConfigVars(text, {})).toEqual({});
  });

  test('that stand twice have the last value, wherever it comes from', () => {
    expect(parseConfigVars('A=1\nA', { A: '2' })).toEqual({ A: '2' });
    expect(parseConfigVars('A\nA=1', { A: '2' })).toEqual({ A: '1' });
  });

  test.each([
    ['A=1\ns3cr3t value', 2, 'neither NAME=value nor a name'],
    ['A=1\n\n+s3cr3t/', 3, 'neither NAME=value nor a name'],
    ['A=1\r\ns3cr3t', 2, 'no environment variable has it'],
    ['toString', 1, 'no environment variable has it'],
    ['A=1\nB="s3cr3t', 2, 'never closed'],
    ["A='s3cr3t # x\nB=1", 1, 'never closed'],
    ['A=1\ns3cr3t-=x', 2, 'no name for a config var'],
    ['1s3cr3t=x', 1, 'no name for a config var'],
    ['__s3cr3t=x', 1, 'no name for a config var'],
    ['__proto__=s3cr3t', 1, 'no name for a config var'],
    ['s3cr3t.a=x', 1, 'no name for a config var'],
  ])('that cannot be read are refused by line, without a word of it: %j', (text, line, what) => {
    const error = thrownBy(() => parseConfigVars(text, {}));
    expect(error).toMatchObject({
      message: expect.stringMatching(new RegExp(`^config-vars, line ${line}: .*${what}`)),
      location: undefined,
    });
    expect(`${error.message} ${error.remedy}`).not.toContain('s3cr3t');
  });

  test('come from a file as well, whose errors have their place', async () => {
    const folder = temporaryFolder({ 'config/shop.env': 'A=1\nB', bad: 'A=1\nno good\n' });
    expect(await readConfigFile(folder, 'config/shop.env', { B: '2' })).toEqual({ A: '1', B: '2' });
    await expect(readConfigFile(folder, 'bad', {})).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^bad, line 2: /),
      location: { file: 'bad', line: 2 },
    });
    await expect(readConfigFile(folder, 'none', {})).rejects.toMatchObject({
      name: 'DeployError',
      message: `There is no none in ${folder}.`,
      remedy: expect.stringContaining('config-file'),
    });
    await expect(readConfigFile(folder, 'config', {})).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringContaining('config cannot be read'),
    });
  });

  test('keep every value that is quoted, whatever it says', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/["\\\r]/.test(text));
    const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (vars) => {
        const text = Object.entries(vars).map(([name, value]) => `${name}="${value}"\n`);
        expect(parseConfigVars(text.join(''), {})).toEqual(vars);
      }),
    );
  });

  test('are never shown by an error, whatever they are', () => {
    const secret = 'Zq9Zq9Zq9';
    const line = fc
      .tuple(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }))
      .map(([before, after]) => `${before}${secret}${after}`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        try {
          parseConfigVars(lines.join('\n'), {});
        } catch (error) {
          expect(error).toBeInstanceOf(DeployError);
          const { message, remedy } = error as DeployError;
          expect(message + remedy).not.toContain(secret);
        }
      }),
    );
  });
});

function thrownBy(work: () => unknown): DeployError {
  try {
    work();
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
