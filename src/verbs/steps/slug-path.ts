import { join } from 'node:path';
import type { Settings } from '../../settings/settings.ts';
import { createTemporaryFolder } from '../../temporary.ts';

/**
 * Runs `work` with the path that the slug goes to: the one asked for, else one in a temporary
 * folder, which is removed when the work fails and, unless `keep` says otherwise, when it is done.
 */
export async function withSlugPath<Result>(
  settings: Settings,
  { keep }: { keep: boolean },
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  if (settings.slugPath !== undefined) return work(settings.slugPath);
  const folder = await createTemporaryFolder();
  let kept = false;
  try {
    const result = await work(join(folder.path, 'slug.tgz'));
    kept = keep;
    return result;
  } finally {
    if (kept) folder.keep();
    else await folder.remove();
  }
}
