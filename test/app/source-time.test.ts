import { describe, expect, test } from 'vitest';
import { sourceTime } from '../../src/app/source-time.ts';
import { temporaryFolder } from '../support/folder.ts';
import { firstCommitTime, repository } from './repository.ts';

/** 1980-01-01 00:00:01. */
const unknown = Date.UTC(1980, 0, 1, 0, 0, 1) / 1000;

describe('the time of a source', () => {
  test('is that of the last commit', async () => {
    expect(await sourceTime(repository('First').folder, {})).toBe(firstCommitTime);
  });

  test('is what SOURCE_DATE_EPOCH says, whatever git knows', async () => {
    const { folder } = repository('First');
    expect(await sourceTime(folder, { SOURCE_DATE_EPOCH: '0' })).toBe(0);
    expect(await sourceTime(folder, { SOURCE_DATE_EPOCH: '1700000000' })).toBe(1_700_000_000);
    expect(await sourceTime(folder, { SOURCE_DATE_EPOCH: '' })).toBe(firstCommitTime);
  });

  test.each(['yesterday', '-1', '1.5', '1e9', '0x10', ' 1', '1700000000000'])(
    'is not “%s”',
    async (value) => {
      const environment = { SOURCE_DATE_EPOCH: value };
      await expect(sourceTime(temporaryFolder(), environment)).rejects.toMatchObject({
        name: 'DeployError',
        message: `SOURCE_DATE_EPOCH is "${value}", which is no number of seconds since 1970.`,
      });
    },
  );

  test('is always the same where nobody knows it', async () => {
    expect(await sourceTime(temporaryFolder(), {})).toBe(unknown);
  });
});
