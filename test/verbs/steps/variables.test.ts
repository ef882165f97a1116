import { expect, test } from 'vitest';
import { readConfigVarChanges, readVariables } from '../../../src/verbs/steps/variables.ts';
import { createContext } from '../../support/context.ts';
import { temporaryFolder } from '../../support/folder.ts';

test('config vars come from the file, over it from the setting, and go where they are to be removed', async () => {
  const context = createContext({
    workingDirectory: temporaryFolder({ 'shop.env': 'A=from-file\nB="two\nlines"\nTOKEN\n' }),
    configFile: 'shop.env',
    configVars: 'A=from-setting\nC=1',
    unsetConfigVars: ['OLD'],
  });
  const environment = { TOKEN: 's3cr3t' };
  expect(await readConfigVarChanges({ ...context, environment })).toEqual({
    A: 'from-setting',
    B: 'two\nlines',
    C: '1',
    TOKEN: 's3cr3t',
    OLD: null,
  });
  expect(context.reporter.secrets).toEqual(['from-setting', 'lines', 's3cr3t']);
});

test.each(['OLD, OLDER', 'OLD OLDER', 's3cr3t=value'])(
  'what is to be removed is a name a line, and not %s',
  async (line) => {
    const context = createContext({ unsetConfigVars: ['FIRST', line] });
    const reading = readConfigVarChanges({ ...context, environment: {} });
    await expect(reading).rejects.toThrow(
      /^unset-config-vars, line 2: this is no name for a config var\.$/,
    );
  },
);

test('config vars are none where none are asked for', async () => {
  const context = createContext({ workingDirectory: temporaryFolder({ '.env': 'A=1' }) });
  expect(await readConfigVarChanges(context)).toEqual({});
});

test('a line of .env that sets nothing is a warning, and the others hold', async () => {
  const context = createContext({
    workingDirectory: temporaryFolder({ '.env': 'NAME\nA=s3cr3t\n' }),
  });
  expect(await readVariables(context)).toEqual({ A: 's3cr3t' });
  expect(context.reporter.warnings).toEqual([
    {
      message: expect.stringContaining('Line 1 sets nothing'),
      location: { file: '.env', line: 1 },
    },
  ]);
  expect(context.reporter.secrets).toEqual(['s3cr3t']);
});
