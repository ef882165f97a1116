import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readProcessTypes } from '../../src/app/process-types.ts';
import { DeployError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/folder.ts';

const defaults = () => ({ web: 'npm start' });

describe('an app’s process types', () => {
  test('are its Procfile’s, and no others', async () => {
    const folder = temporaryFolder({ Procfile: 'worker: node w.js\n' });
    expect(await readProcessTypes(folder, 'Procfile', defaults)).toEqual({ worker: 'node w.js' });
  });

  test('may come from a Procfile elsewhere in its folder', async () => {
    const folder = temporaryFolder({ 'deploy/Procfile.web': 'web: node w.js\n' });
    expect(await readProcessTypes(folder, 'deploy/Procfile.web', defaults)).toEqual({
      web: 'node w.js',
    });
  });

  test('are the platform’s where it has no Procfile', async () => {
    expect(await readProcessTypes(temporaryFolder(), 'Procfile', defaults)).toEqual({
      web: 'npm start',
    });
  });

  test('have to be somewhere', async () => {
    await expect(readProcessTypes(temporaryFolder(), 'Procfile', () => ({}))).rejects.toMatchObject(
      {
        message: 'There is no Procfile, and this app has no default process type.',
        remedy: expect.stringContaining('web: '),
      },
    );
  });

  test('are not guessed where the Procfile that was asked for is not there', async () => {
    const folder = temporaryFolder({ Procfile: 'web: node w.js\n' });
    await expect(readProcessTypes(folder, 'Procfile.prod', defaults)).rejects.toMatchObject({
      message: `There is no Procfile.prod in ${folder}.`,
      remedy: expect.stringContaining('"procfile"'),
    });
  });

  test('are not guessed where the Procfile cannot be read', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'Procfile'));
    const reading = readProcessTypes(folder, 'Procfile', defaults);
    await expect(reading).rejects.toThrow(DeployError);
    await expect(reading).rejects.toMatchObject({ location: { file: 'Procfile' } });
  });

  test('are not guessed where the Procfile does not parse', async () => {
    const folder = temporaryFolder({ Procfile: 'web:npm start\n' });
    await expect(readProcessTypes(folder, 'Procfile', defaults)).rejects.toMatchObject({
      location: { file: 'Procfile', line: 1 },
    });
  });
});
