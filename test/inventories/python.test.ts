import { expect, test } from 'vitest';
import python from '../../script/inventories/python.ts';
import { vendor } from './vendor.ts';

const source = [
  '#!/usr/bin/env bash',
  'LATEST_PYTHON_3_9="3.9.1"',
  'LATEST_PYTHON_3_14="3.14.2"',
  `DEFAULT_PYTHON_FULL_VERSION="\${LATEST_PYTHON_3_14}"`,
].join('\n');

test('Python’s releases of each line up to the newest, the newest first', async () => {
  const mirror = await vendor({ '/lib/python_version.sh': source });
  expect(Object.entries(await python.published(mirror))).toEqual([
    ['3.14.2', ''],
    ['3.14.1', ''],
    ['3.14.0', ''],
    ['3.9.1', ''],
    ['3.9.0', ''],
  ]);
});

test('a source that names no release any more is a failure', async () => {
  const mirror = await vendor({ '/lib/python_version.sh': 'exit 1' });
  await expect(python.published(mirror)).rejects.toThrow(/python_version\.sh names no release/);
});
