import { expect, test } from 'vitest';
import { PrefixedReporter } from '../src/prefixed-reporter.ts';
import { RecordingReporter } from './support/reporter.ts';

test('one of several things that go on at once is told apart by its name, on each line', async () => {
  const told = new RecordingReporter();
  const reporter = new PrefixedReporter(told, 'shop');
  expect(await reporter.phase('Upload to shop', async () => 7)).toBe(7);
  reporter.info('one\ntwo');
  reporter.output('a line of its release phase');
  reporter.warning('beware', { file: 'app.json', line: 3 });
  reporter.progress('Uploading', 1, 2);
  reporter.secret('s3cr3t');
  expect(told.infos).toEqual(['shop: Upload to shop', 'shop: one\nshop: two']);
  expect(told.phases, 'groups of several would overlap').toEqual([]);
  expect(told.outputs).toEqual(['shop: a line of its release phase']);
  expect(told.warnings).toEqual([
    { message: 'shop: beware', location: { file: 'app.json', line: 3 } },
  ]);
  expect(told.transfers).toEqual([{ label: 'shop: Uploading', doneBytes: 1, totalBytes: 2 }]);
  expect(told.secrets).toEqual(['s3cr3t']);
});
