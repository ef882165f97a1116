import * as core from '@actions/core';
import { describe, expect, test, vi } from 'vitest';
import { RunnerReporter } from '../../src/action/runner-reporter.ts';
import { writeSummary } from '../../src/action/summary.ts';
import { DeployError } from '../../src/errors.ts';
import type { Release } from '../../src/heroku/releases.ts';
import type { Slug } from '../../src/slug/create-slug.ts';
import { Report } from '../../src/verbs/report.ts';
import { createSettings } from '../support/settings.ts';
import { useSummaryFile } from '../support/summary-file.ts';

const readSummary = useSummaryFile();

/** A summary in which everything that comes from the app, from Docker or from Heroku is this text. */
async function summaryOf(text: string, failure?: unknown): Promise<string> {
  const report = new Report();
  report.add({
    'process-types': JSON.stringify({ [text]: text }),
    'web-url': text,
    'slug-id': text,
    'slug-checksum': text,
    'image-hash': text,
    url: text,
  });
  const app = { app: text, webUrl: text, changed: true, slugId: text, slugBytesBefore: 1 };
  report.apps = [{ ...app, release: { version: 2 } as Release, error: undefined }];
  if (failure !== undefined) report.apps = [...report.apps, ...report.apps];
  const folders = [{ path: text, files: 1, bytes: 1e6 }];
  report.slug = { sizeBytes: 1e6, unpackedBytes: 1e6, folders } as unknown as Slug;
  const settings = createSettings({ command: 'release', apps: [text] });
  const phases = [{ title: text, milliseconds: 1000 }];
  const hide = (text: string) => text;
  await writeSummary({ settings, report, phases, failure, hide });
  const summary = readSummary();
  core.summary.emptyBuffer();
  return summary;
}

/** What Markdown and HTML see of a text: where lines are blank, a fence begins, and which tags there are. */
function structure(summary: string) {
  return {
    lines: summary
      .split('\n')
      .map((line) => (/^\s*$/.test(line) ? 'blank' : /^ *(```|~~~)/.test(line) ? 'fence' : '')),
    tags: (summary.match(/<[^>]*>/g) ?? []).filter((tag) => tag !== '<br>'),
  };
}

const hostile = [
  '<img src=x onerror=alert(1)>',
  '</code></td></tr></table>\n\n# Released v99\n\n![x](https://evil.example/x.png)',
  'a\n\n```\n\n[log in](https://evil.example)',
  'a\r\r| b | c |\r\n|---|---|\r\n\r\n***bold***',
  '</pre>\n\n<h1>x</h1>',
  '&lt;b&gt; "quoted" \'single\' `code` ``` $x$',
  "%%{init: {'securityLevel': 'loose'}}%%\n\" : 99\n  \"x",
  'a\u2028\u2028b\u0085\u0085c\v\v\f',
];

describe('The job summary shows names, commands and messages as text, whatever HTML, Markdown or Mermaid is in them', () => {
  test.each(hostile)('%j', async (text) => {
    const plain = await summaryOf('plain');
    expect(plain).toContain('<td>plain</td>');
    const shown = await summaryOf(text);
    expect(structure(shown.slice(plain.length))).toEqual(structure(plain));
  });

  test.each(hostile)('%j as the failure', async (text) => {
    const plain = await summaryOf('plain', new DeployError('plain', 'plain'));
    const shown = await summaryOf('plain', new DeployError(text, text));
    expect(structure(shown.slice(plain.length))).toEqual(structure(plain));
    expect(shown.slice(plain.length)).toContain('<pre>');
  });

  test('and no secret in what went wrong, also one that is written otherwise in HTML', async () => {
    const reporter = new RunnerReporter();
    const log = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    reporter.secret("a&b's<c>");
    log.mockRestore();
    const failure = new DeployError("docker said a&b's<c>", "Not a&b's<c>.");
    const settings = createSettings({ command: 'build' });
    const hide = (text: string) => reporter.hide(text);
    await writeSummary({ settings, report: new Report(), phases: [], failure, hide });
    expect(readSummary()).toContain('<pre>docker said ***&#10;&#10;Not ***.</pre>');
  });

  test.each(['\x1b[31mred', 'bell\x07', 'turned \u202e round'])(
    'and no control character: %j',
    async (text) => {
      const shown = await summaryOf(text, new DeployError(text, text));
      expect(shown).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
    },
  );

  test.each(hostile)('nor does a folder’s name end its slice of the picture: %j', async (text) => {
    const [, picture = ''] = /```mermaid\n([\s\S]*?)\n```/.exec(await summaryOf(text)) ?? [];
    const [, slice = '', ...more] = picture.split('\n');
    expect(more).toEqual([]);
    expect(slice).toMatch(/^ {2}"[^"`{}<>]*" : 1\.00$/);
  });
});
