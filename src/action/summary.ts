import * as core from '@actions/core';
import { filesize } from 'filesize';
import { messageOf } from '../errors.ts';
import type { Phase } from '../reporter.ts';
import type { Outputs } from '../settings/outputs.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * Writes the job's summary: what was released where, what it is made of, how long each phase took.
 * A runner that takes none is no reason to fail: the work is done.
 */
export async function writeSummary(
  settings: Settings,
  outputs: Outputs,
  phases: readonly Phase[],
): Promise<void> {
  core.summary.addHeading(headline(settings, outputs), 2);
  core.summary.addTable(facts(settings, outputs));
  const processTypes = Object.entries(
    JSON.parse(outputs['process-types'] ?? '{}') as Record<string, string>,
  );
  if (processTypes.length > 0) {
    core.summary.addHeading('Process types', 3);
    core.summary.addTable([
      header('Name', 'Command'),
      ...processTypes.map(([name, command]) => [name, code(command)]),
    ]);
  }
  if (phases.length > 0) {
    core.summary.addHeading('Phases', 3);
    core.summary.addTable([
      header('Phase', 'Time'),
      ...phases.map(({ title, milliseconds }) => [title, `${(milliseconds / 1000).toFixed(1)} s`]),
    ]);
  }
  try {
    await core.summary.write();
  } catch (error) {
    core.summary.emptyBuffer();
    core.info(`No job summary: ${messageOf(error)}`);
  }
}

function headline({ command, apps, dryRun }: Settings, outputs: Outputs): string {
  const version = outputs['release-version'];
  if (version !== undefined)
    return apps.length > 1
      ? `Released to ${apps.join(', ')}`
      : `Released v${version} of ${apps[0]}`;
  if (dryRun) return `Dry run for ${apps.join(', ')}: nothing was changed`;
  return command === 'init' ? 'Dockerfile' : 'Slug built';
}

function facts(settings: Settings, outputs: Outputs) {
  const size = outputs['slug-size'];
  const hash = outputs['image-hash'];
  const cached = outputs['base-image-cached'] === 'true' ? 'found' : 'built';
  const rows: [string, string | undefined][] = [
    ['App', settings.command === 'release' ? settings.apps.join(', ') : undefined],
    ['URL', outputs['web-url']],
    ['Platform', outputs.platform],
    ['Slug', outputs['slug-id'] && code(outputs['slug-id'])],
    ['Slug size', size && filesize(Number(size))],
    ['Slug checksum', outputs['slug-checksum'] && code(outputs['slug-checksum'])],
    ['Image hash', hash && code(hash)],
    ['Base image', hash && cached],
  ];
  return rows.flatMap(([name, value]) => (value ? [[name, value]] : []));
}

function header(...names: string[]) {
  return names.map((data) => ({ data, header: true }));
}

/** The summary is HTML, and a Procfile's command is the app's own text. */
function code(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<code>${escaped}</code>`;
}
