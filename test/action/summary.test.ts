import * as core from '@actions/core';
import { describe, expect, test, vi } from 'vitest';
import { writeSummary } from '../../src/action/summary.ts';
import { DeployError } from '../../src/errors.ts';
import type { Release } from '../../src/heroku/releases.ts';
import type { Phase } from '../../src/reporter.ts';
import type { Outputs } from '../../src/settings/outputs.ts';
import type { Settings } from '../../src/settings/settings.ts';
import type { Slug } from '../../src/slug/create-slug.ts';
import { type AppOutcome, Report } from '../../src/verbs/report.ts';
import { createSettings } from '../support/settings.ts';
import { useSummaryFile } from '../support/summary-file.ts';

const readSummary = useSummaryFile();

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

interface Run {
  readonly outputs?: Outputs;
  readonly apps?: readonly AppOutcome[];
  readonly slug?: Slug;
  readonly phases?: readonly Phase[];
  readonly failure?: unknown;
}

async function summary(
  settings: Partial<Settings>,
  { outputs = {}, apps = [], slug, phases = [], failure }: Run = {},
): Promise<string> {
  const report = new Report();
  report.add(outputs);
  report.apps = apps;
  report.slug = slug;
  await writeSummary({
    hide: (text) => text,
    settings: createSettings(settings),
    report,
    phases,
    failure,
  });
  return readSummary();
}

/** An app that got the release `v42` of this slug. */
function outcome(overrides: Partial<AppOutcome> = {}): AppOutcome {
  return {
    app: 'shop',
    webUrl: 'https://shop.herokuapp.com/',
    changed: true,
    slugId: 's-1',
    release: { version: 42 } as Release,
    slugBytesBefore: undefined,
    error: undefined,
    ...overrides,
  };
}

function slugOf(folders: Readonly<Record<string, number>>, sizeBytes = 10e6): Slug {
  const sizes = Object.entries(folders).map(([path, bytes]) => ({ path, files: 1, bytes }));
  return {
    sizeBytes,
    unpackedBytes: sizes.reduce((total, { bytes }) => total + bytes, 0),
    folders: sizes,
  } as unknown as Slug;
}

function row(...cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

describe('the job’s summary', () => {
  test('says what was released where, of what, and how long it took', async () => {
    const phases = [{ title: 'Base image', milliseconds: 1234 }];
    const html = await summary(
      { apps: ['shop'] },
      { outputs: released, apps: [outcome()], phases },
    );
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
      expect(html).toContain(row(...cells));
    }
  });

  test('shows a command as text, whatever it holds', async () => {
    const html = await summary({ apps: ['shop'] }, { outputs: released });
    expect(html).toContain('<code>npm start -- &lt;a&gt; &amp;&amp; b</code>');
    expect(html).not.toContain('<a>');
  });

  test('tells a base image that was built from one that was found', async () => {
    const html = await summary(
      { command: 'build' },
      { outputs: { 'image-hash': 'ab12', 'base-image-cached': 'false' } },
    );
    expect(html).toContain('<tr><td>Base image</td><td>built</td></tr>');
  });

  test.each<[string, Partial<Settings>, string]>([
    [
      'a dry run',
      { dryRun: true, apps: ['shop', 'shop-eu'] },
      'Dry run for shop, shop-eu: nothing was changed',
    ],
    ['a build', { command: 'build' }, 'Slug built'],
    ['an init', { command: 'init' }, 'Dockerfile'],
  ])('has a headline for %s too, and only what is known', async (_, settings, headline) => {
    const html = await summary(settings);
    expect(html).toContain(`<h2>${headline}</h2>`);
    expect(html).not.toContain('undefined');
    expect(html).not.toContain('Process types');
    expect(html).not.toContain('Phases');
  });

  test('is written once for each run', async () => {
    await summary({ command: 'build' });
    expect((await summary({ command: 'build' })).match(/<h2>/g)).toHaveLength(2);
  });

  test.each([undefined, '/no/such/file'])(
    'that cannot be written is no reason to fail a release that was made: %s',
    async (path) => {
      vi.stubEnv('GITHUB_STEP_SUMMARY', path);
      const info = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      await writeSummary({
        hide: (text) => text,
        settings: createSettings(),
        report: new Report(),
        phases: [],
      });
      expect(info.mock.calls.join()).toMatch(/^No job summary: /);
      info.mockRestore();
      expect(core.summary.isEmptyBuffer()).toBe(true);
    },
  );

  test('says where a started app answers', async () => {
    const html = await summary(
      { command: 'start' },
      { outputs: { url: 'http://127.0.0.1:3000/' } },
    );
    expect(html).toContain('<h2>App started</h2>');
    expect(html).toContain('<td>http://127.0.0.1:3000/</td>');
  });

  test('shows what the slug is made of, as a table and as a picture', async () => {
    const folders = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`node_modules/p${index}`, (12 - index) * 1e6]),
    );
    const html = await summary({ command: 'build' }, { slug: slugOf(folders) });
    expect(html).toContain(row('<code>node_modules/p0</code>', '12 MB', '15.4 %'));
    expect(html).toContain(row('<code>4 others</code>', '10 MB', '12.8 %'));
    const [, picture = ''] = /\n\n?```mermaid\n(.*?)\n```\n/s.exec(html) ?? [];
    expect(picture.split('\n')).toEqual([
      'pie showData title MB before compression',
      ...[12, 11, 10, 9, 8, 7, 6, 5].map(
        (size, index) => `  "node_modules/p${index}" : ${size}.00`,
      ),
      '  "4 others" : 10.00',
    ]);
  });

  test.each([
    [12_345_678, 'as before'],
    [10_000_000, '+2.35 MB (+23 %)'],
    [24_691_356, '−12.35 MB (−50 %)'],
  ])('tells how the slug’s size changed from %d', async (slugBytesBefore, change) => {
    const html = await summary(
      { apps: ['shop'] },
      { apps: [outcome({ slugBytesBefore })], slug: slugOf({ src: 2e7 }, 12_345_678) },
    );
    expect(html).toContain(`<td>12.35 MB</td><td>${change}</td></tr>`);
  });

  test('tells of each app, where there are several', async () => {
    const error = new DeployError('The release phase failed.', 'Mend it.');
    const html = await summary(
      { apps: ['shop', 'shop-eu', 'shop-us'] },
      {
        apps: [
          outcome(),
          outcome({ app: 'shop-eu', changed: false }),
          outcome({ app: 'shop-us', error, release: undefined, webUrl: undefined }),
        ],
        failure: error,
      },
    );
    expect(html).toContain('<h2>Released to shop, shop-eu; failed: shop-us</h2>');
    expect(html).toContain(row('shop', 'v42', 'released', 'https://shop.herokuapp.com/'));
    expect(html).toContain(row('shop-eu', 'v42', 'unchanged', 'https://shop.herokuapp.com/'));
    expect(html).toContain(row('shop-us', 'none', 'failed', 'none'));
  });

  test('says what went wrong, and how to mend it', async () => {
    const failure = new DeployError('It failed:\n\n<b>last line</b>', 'Mend it.');
    const html = await summary({ apps: ['shop'] }, { failure });
    expect(html).toContain('<h2>Not released: shop</h2>');
    expect(html).toContain(
      '<pre>It failed:&#10;&#10;&lt;b&gt;last line&lt;/b&gt;&#10;&#10;Mend it.</pre>',
    );
    expect(await summary({ command: 'build' }, { failure })).toContain('<h2>Failed: build</h2>');
  });

  test('says that there was nothing to do', async () => {
    const html = await summary(
      { apps: ['shop'] },
      { outputs: { changed: 'false', 'release-version': '41' } },
    );
    expect(html).toContain('<h2>Nothing to release: shop runs this slug already</h2>');
  });

  test('is not there for a command, whose log says it all', async () => {
    expect(await summary({ command: 'exec' })).toBe('');
  });
});
