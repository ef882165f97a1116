import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of the tests a temporary folder of its own, for all that they write, and removes it. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'heroku-docker-release-tests-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
