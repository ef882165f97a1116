import * as core from '@actions/core';
import { filesize } from 'filesize';
import { DeployError, messageOf } from '../errors.ts';
import type { Phase } from '../reporter.ts';
import type { Verb } from '../settings/definitions.ts';
import type { Settings } from '../settings/settings.ts';
import type { AppOutcome, Report } from '../verbs/report.ts';
import { block, code, escapeHtml } from './html.ts';
import { sizeChange, slugParts, slugPie } from './slug-picture.ts';

/** What a summary tells of. */
export interface Told {
  readonly settings: Settings;
  readonly report: Report;
  readonly phases: readonly Phase[];
  /** What ended the run, where it did not end well. */
  readonly failure?: unknown;
  /** Masks secrets: a runner does not know them as HTML has them. */
  readonly hide: (text: string) => string;
}

/**
 * Writes the job's summary: what was released where or what went wrong, what the slug is made of, how
 * long each phase took. Verbs whose log says it all (`exec`, `clean`) have none. A runner that takes
 * no summary is no reason to fail: the work is done.
 */
export async function writeSummary(told: Told): Promise<void> {
  const title = headline(told);
  if (title === undefined) return;
  core.summary.addHeading(escapeHtml(title), 2);
  addFailure(told);
  addTable('', [], facts(told));
  addApps(told.report.apps);
  addSlug(told.report);
  addProcessTypes(told.report);
  addPhases(told.phases);
  try {
    await core.summary.write();
  } catch (error) {
    core.summary.emptyBuffer();
    core.info(`No job summary: ${messageOf(error)}`);
  }
}

function headline(told: Told): string | undefined {
  const { settings, report, failure } = told;
  const { command, apps, dryRun } = settings;
  if (!Object.hasOwn(headlines, command)) return undefined;
  const names = apps.join(', ');
  if (failure !== undefined) return failedHeadline(told);
  if (dryRun) return `Dry run for ${names}: nothing was changed`;
  if (report.outputs.changed === 'false')
    return `Nothing to release: ${names} runs this slug already`;
  const version = report.outputs['release-version'];
  if (version === undefined) return headlines[command];
  return apps.length > 1 ? `Released to ${names}` : `Released v${version} of ${names}`;
}

function failedHeadline({ settings: { command, apps }, report }: Told): string {
  if (command !== 'release') return `Failed: ${command}`;
  const [good, bad] = [false, true].map((isBad) =>
    report.apps.flatMap(({ app, error }) => ((error !== undefined) === isBad ? [app] : [])),
  );
  return good?.length && bad?.length
    ? `Released to ${good.join(', ')}; failed: ${bad.join(', ')}`
    : `Not released: ${apps.join(', ')}`;
}

const headlines: Readonly<Partial<Record<Verb, string>>> = {
  init: 'Dockerfile',
  build: 'Slug built',
  start: 'App started',
  release: 'Slug built',
};

function addFailure({ failure, hide }: Told): void {
  if (failure === undefined) return;
  const remedy = failure instanceof DeployError ? `\n\n${failure.remedy}` : '';
  core.summary.addRaw(block(hide(messageOf(failure) + remedy)), true);
}

function facts({ settings, report: { outputs, apps } }: Told): string[][] {
  const size = outputs['slug-size'];
  const hash = outputs['image-hash'];
  const cached = outputs['base-image-cached'] === 'true' ? 'found' : 'built';
  const isOne = apps.length === 1;
  const rows: [string, string | undefined][] = [
    ['App', settings.command === 'release' ? escapeHtml(settings.apps.join(', ')) : undefined],
    ['URL', isOne || outputs.url ? escapeHtml(outputs['web-url'] ?? outputs.url ?? '') : undefined],
    ['Platform', outputs.platform],
    ['Slug', isOne && outputs['slug-id'] ? code(outputs['slug-id']) : undefined],
    ['Slug size', size && filesize(Number(size))],
    ['Slug checksum', outputs['slug-checksum'] && code(outputs['slug-checksum'])],
    ['Image hash', hash && code(hash)],
    ['Base image', hash && cached],
  ];
  return rows.flatMap(([name, value]) => (value ? [[name, value]] : []));
}

function addApps(apps: readonly AppOutcome[]): void {
  if (apps.length < 2) return;
  addTable(
    'Apps',
    ['App', 'Release', 'State', 'URL'],
    apps.map(({ app, release, changed, error, webUrl }) => [
      escapeHtml(app),
      release === undefined ? 'none' : `v${release.version}`,
      error !== undefined ? 'failed' : changed ? 'released' : 'unchanged',
      escapeHtml(webUrl ?? 'none'),
    ]),
  );
}

function addSlug({ slug, apps }: Report): void {
  if (slug === undefined) return;
  const parts = slugParts(slug);
  addTable(
    'What the slug is made of',
    ['Folder or dependency', 'Before compression', 'Share'],
    parts.map(({ path, bytes, share }) => [
      code(path),
      filesize(bytes),
      `${(100 * share).toFixed(1)} %`,
    ]),
  );
  core.summary.addRaw(`\n\`\`\`mermaid\n${slugPie(parts)}\n\`\`\`\n`, true);
  const known = apps.filter(({ slugBytesBefore }) => slugBytesBefore !== undefined);
  addTable(
    'Slug size',
    ['App', 'Before', 'Now', 'Change'],
    known.map(({ app, slugBytesBefore = 0 }) => [
      escapeHtml(app),
      filesize(slugBytesBefore),
      filesize(slug.sizeBytes),
      sizeChange(slug.sizeBytes, slugBytesBefore),
    ]),
  );
}

function addProcessTypes({ outputs }: Report): void {
  const processTypes = JSON.parse(outputs['process-types'] ?? '{}') as Record<string, string>;
  addTable(
    'Process types',
    ['Name', 'Command'],
    Object.entries(processTypes).map(([name, command]) => [escapeHtml(name), code(command)]),
  );
}

function addPhases(phases: readonly Phase[]): void {
  addTable(
    'Phases',
    ['Phase', 'Time'],
    phases.map(({ title, milliseconds }) => [
      escapeHtml(title),
      `${(milliseconds / 1000).toFixed(1)} s`,
    ]),
  );
}

/** A table under a heading; neither where it has no rows. */
function addTable(title: string, head: readonly string[], rows: readonly string[][]): void {
  if (rows.length === 0) return;
  if (title !== '') core.summary.addHeading(title, 3);
  const header = head.map((data) => ({ data, header: true }));
  core.summary.addTable([...(header.length > 0 ? [header] : []), ...rows.map((row) => [...row])]);
}
