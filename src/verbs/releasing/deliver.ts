import { DeployError } from '../../errors.ts';
import { findPipeline, promote } from '../../heroku/promotions.ts';
import { createRelease, type Release } from '../../heroku/releases.ts';
import { shipSlug } from '../../heroku/slugs.ts';
import type { Candidate, Source } from './candidate.ts';
import type { Target } from './target.ts';

/**
 * Begins an app's release: with the slug that it has at Heroku already, by promotion, or with an
 * upload.
 * @param storedId the id of that slug, where the app has it.
 * @returns the release, which may be pending.
 */
export async function deliver(
  target: Target,
  candidate: Candidate,
  storedId: string | undefined,
): Promise<Release> {
  if (storedId !== undefined) return release(target, candidate, storedId);
  const { promoteFrom } = candidate;
  return (
    (promoteFrom && (await promoteTo(target, promoteFrom))) ??
    release(target, candidate, await upload(target, candidate))
  );
}

function upload({ client, app, context }: Target, { slug, file }: Candidate): Promise<string> {
  return context.reporter.phase(`Upload to ${app.name}`, () =>
    shipSlug(client, app.name, slug, file),
  );
}

function release({ client, app }: Target, { slug }: Candidate, id: string): Promise<Release> {
  return createRelease(client, app.name, {
    slug: id,
    description: slug.commit ? `Deploy ${slug.commit.id.slice(0, 8)}` : 'Deploy',
  });
}

/** Returns nothing where the two apps are in no common pipeline. */
async function promoteTo(
  { client, app, context }: Target,
  source: Source,
): Promise<Release | undefined> {
  const [from, to] = await Promise.all([
    findPipeline(client, source.app.name),
    findPipeline(client, app.name),
  ]);
  if (from === undefined || from.pipelineId !== to?.pipelineId) {
    context.reporter.info(
      `${app.name} is in no pipeline with ${source.app.name}: it gets an upload of its own`,
    );
    return undefined;
  }
  return context.reporter.phase(`Promotion from ${source.app.name} to ${app.name}`, async () => {
    const [outcome] = await promote(client, {
      pipelineId: from.pipelineId,
      source: source.app,
      releaseId: source.releaseId,
      targets: [app],
    });
    if (outcome !== undefined && 'release' in outcome) return outcome.release;
    throw new DeployError(
      `${source.app.name} was not promoted to ${app.name}: ${outcome?.error}`,
      'heroku pipelines:info shows what is in the pipeline; without "promote" each app gets an upload of its own.',
    );
  });
}
