import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as core from '@actions/core';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { writeSummary } from '../../src/action/summary.ts';
import type { Outputs } from '../../src/settings/outputs.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createSettings } from '../support/settings.ts';

let file = '';

beforeEach(() => {
  file = join(temporaryFolder({ summary: '' }), 'summary');
  vi.stubEnv('GITHUB_STEP_SUMMARY', file);
  // The package remembers the first file it wrote to.
  Reflect.set(core.summary, '_filePath', undefined);
  return () => void vi.unstubAllEnvs();
});

const released: Outputs = {
  platform: 'node',
  'image-hash': 'ab12',
  'base-image-cached': 'true',
  'slug-id': 's-1',
  'slug-size': '12345678',
  'slug-checksum': 'SHA256:00ff',
  'process-types': '{"web":"npm start -- <a> && b","worker":"node w.js"}',
  'release-version': '42',
  'web-url': 'https://shop.herokuapp.com/',
};

async function summary(
  settings: Parameters<typeof createSettings>[0],
  outputs: Outputs,
  phases: Parameters<typeof writeSummary>[2] = [],
): Promise<string> {
  await writeSummary(createSettings(settings), outputs, phases);
  return readFileSync(file, 'utf8');
}

describe('the job’s summary', () => {
  test('says what was released where, of what, and how long it took', async () => {
    const phases = [{ title: 'Base image', milliseconds: 1234 }];
    const html = await summary({ apps: ['shop'] }, released, phases);
    expect(html).toContain('<h2>Released v42 of shop</h2>');
    for (const cells of [
      ['App', 'shop'],
      ['URL', 'https://shop.herokuapp.com/'],
      ['Platform', 'node'],
      ['Slug', '<code>s-1</code>'],
      ['Slug size', '12.35 MB'],
      ['Slug checksum', '<code>SHA256:00ff</code>'],
      ['Image hash', '<code>ab12</code>'],
      ['Base image', 'found'],
      ['worker', '<code>node w.js</code>'],
      ['Base image', '1.2 s'],
    ]) {
      expect(html).toContain(`<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`);
    }
  });

  test('shows a command as text, whatever it holds', async () => {
    const html = await summary({ apps: ['shop'] }, released);
    expect(html).toContain('<code>npm start -- &lt;a&gt; &amp;&amp; b</code>');
    expect(html).not.toContain('<a>');
  });

  test('tells a base image that was built from one that was found', async () => {
    const html = await summary({}, { 'image-hash': 'ab12', 'base-image-cached': 'false' });
    expect(html).toContain('<tr><td>Base image</td><td>built</td></tr>');
  });

  test.each<[string, Parameters<typeof createSettings>[0], string]>([
    [
      'a dry run',
      { dryRun: true, apps: ['shop', 'shop-eu'] },
      'Dry run for shop, shop-eu: nothing was changed',
    ],
    ['a build', { command: 'build' }, 'Slug built'],
    ['an init', { command: 'init' }, 'Dockerfile'],
  ])('has a headline for %s too, and only what is known', async (_, settings, headline) => {
    const html = await summary(settings, {});
    expect(html).toContain(`<h2>${headline}</h2>`);
    expect(html).not.toContain('undefined');
    expect(html).not.toContain('Process types');
    expect(html).not.toContain('Phases');
  });

  test('is written once for each run', async () => {
    await summary({ command: 'build' }, {});
    expect((await summary({ command: 'build' }, {})).match(/<h2>/g)).toHaveLength(2);
  });

  test.each([undefined, '/no/such/file'])(
    'that cannot be written is no reason to fail a release that was made: %s',
    async (path) => {
      vi.stubEnv('GITHUB_STEP_SUMMARY', path);
      const info = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      await writeSummary(createSettings(), released, []);
      expect(info.mock.calls.join()).toMatch(/^No job summary: /);
      info.mockRestore();
      expect(core.summary.isEmptyBuffer()).toBe(true);
    },
  );
});
