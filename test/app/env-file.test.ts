import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvFile, secretValues } from '../../src/app/env-file.ts';
import { temporaryFolder } from '../support/folder.ts';

async function variables(folder: string, file?: string) {
  const read = await readEnvFile(folder, file);
  expect(read.problems).toEqual([]);
  return read.variables;
}

describe('the variables of an app on this machine', () => {
  test('are those of .env, as dotenv has them', async () => {
    const folder = temporaryFolder({
      '.env': [
        '# a comment',
        'PLAIN=one two # and why',
        'export EXPORTED=yes',
        'SINGLE=\'$HOME # "as it is"\'',
        'DOUBLE="first\\nsecond"',
        'LINES="first',
        'second"',
        'EMPTY=',
        'EQUALS=a=b=c',
        '',
      ].join('\r\n'),
    });
    expect(await variables(folder)).toEqual({
      PLAIN: 'one two',
      EXPORTED: 'yes',
      SINGLE: '$HOME # "as it is"',
      DOUBLE: 'first\nsecond',
      LINES: 'first\nsecond',
      EMPTY: '',
      EQUALS: 'a=b=c',
    });
  });

  test('are none where there is no .env', async () => {
    expect(await variables(temporaryFolder())).toEqual({});
  });

  test('are those of the file that was asked for, and of no other', async () => {
    const folder = temporaryFolder({ '.env': 'A=1\nB=1\n', 'config/test.env': 'A=2\n' });
    expect(await variables(folder, 'config/test.env')).toEqual({ A: '2' });
  });

  test('stop the run where the file that was asked for is not there', async () => {
    const folder = temporaryFolder({ '.env': 'A=1\n' });
    await expect(readEnvFile(folder, 'test.env')).rejects.toMatchObject({
      name: 'DeployError',
      message: `There is no test.env in ${folder}.`,
      remedy: expect.stringContaining('env-file'),
    });
  });

  test('stop the run where .env cannot be read', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'mine'));
    await expect(readEnvFile(folder, 'mine')).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^mine cannot be read: .*EISDIR/),
    });
  });

  test('are none where .env is a folder that nobody asked for', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.env'));
    expect(await variables(folder)).toEqual({});
  });
});

test('what dotenv passes over is told with its line, and without a value', async () => {
  const folder = temporaryFolder({
    '.env': [
      ...['# comment', 'A=1', 'export', 'B "s3cr3t"', '', 'KEY=-----BEGIN-----', 's3cr3t+/1'],
      ...['s3cr3t/2', 's3cr3t 3', "C='s3cr3t", 'D="', '  still D', '"', 'export E=5', 'F'],
    ].join('\r\n'),
  });
  const { variables, problems } = await readEnvFile(folder, undefined);
  expect(variables).toEqual({
    A: '1',
    KEY: '-----BEGIN-----',
    C: "'s3cr3t",
    D: '\n  still D\n',
    E: '5',
  });
  expect(problems.map(({ location }) => location)).toEqual([
    { file: '.env', line: 3 },
    { file: '.env', line: 7 },
    { file: '.env', line: 10 },
    { file: '.env', line: 15 },
  ]);
  expect(problems.map(({ message }) => message.replace(/:.*/, ''))).toEqual([
    'Lines 3 to 4 set nothing',
    'Lines 7 to 9 set nothing',
    'The value of C begins with a quote that is never closed, and has it as a part.',
    'Line 15 sets nothing',
  ]);
  expect(JSON.stringify(problems)).not.toContain('s3cr3t');
});

test('values that would mask half of a log are no secrets', () => {
  const variables = {
    TOKEN: 's3cr3t-value',
    KEY: 'first line\r\nsecond line',
    JSON: '{\n  "key": "s3cr3t",\n  "port": [\n    1\n  ]\n}',
    FIVE: '12345',
    EMPTY: '',
    PORT: '3000',
    FLAG: 'true',
    NODE_ENV: 'production',
    LEVEL: 'DEBUG',
  };
  expect(secretValues(variables)).toEqual([
    ...['s3cr3t-value', 'first line', 'second line', '"key": "s3cr3t",', '"port": [', '12345'],
  ]);
});
