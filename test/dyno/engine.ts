import { execFileSync } from 'node:child_process';

/** The run image that `script/machine/stack-images` makes; a test of a dyno cannot do without. */
export function runImage(): string {
  const image = process.env['RUN_IMAGE'];
  if (!image) throw new Error('RUN_IMAGE is not set: eval "$(script/machine/stack-images)" first');
  return image;
}

/** Names of the containers with a label, running or not. */
export function containersWith(label: string): string[] {
  const filter = `label=${label}`;
  const names = execFileSync('docker', [
    'ps',
    '--all',
    '--filter',
    filter,
    '--format',
    '{{.Names}}',
  ]);
  return names.toString().split('\n').filter(Boolean);
}
