import { DeployError } from '../../errors.ts';
import { findPipeline, promote } from '../../heroku/promotions.ts';
import { createRelease, type Release } from '../../heroku/releases.ts';
import { shipSlug } from '../../heroku/slugs.ts';
import type { Candidate, Source } from './candidate.ts';
import type { Target } from './target.ts';

/** Begins a release, which may be pending then. */
export type Begin = () => Promise<Release>;

/**
 * Gets ready what an app is to run, which changes nothing of what it runs now: the slug that it has
 * at Heroku already, one that is promoted to it, or an upload, which takes its time.
 * @param storedId the id of that slug, where the app has it.
 */
export async function deliver(
  target: Target,
  candidate: Candidate,
  storedId: string | undefined,
): Promise<Begin> {
  const { promoteFrom } = candidate;
  if (storedId === undefined && promoteFrom !== undefined) {
    const pipelineId = await findCommonPipeline(target, promoteFrom);
    if (pipelineId !== undefined) return () => promoteTo(target, promoteFrom, pipelineId);
  }
  const id = storedId ?? (await upload(target, candidate));
  return () => release(target, candidate, id);
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

async function findCommonPipeline(
  { client, app, context }: Target,
  source: Source,
): Promise<string | undefined> {
  const [from, to] = await Promise.all([
    findPipeline(client, source.app.name),
    findPipeline(client, app.name),
  ]);
  if (from !== undefined && from.pipelineId === to?.pipelineId) return from.pipelineId;
  context.reporter.info(
    `${app.name} is in no pipeline with ${source.app.name}: it gets an upload of its own`,
  );
  return undefined;
}

function promoteTo(
  { client, app, context }: Target,
  source: Source,
  pipelineId: string,
): Promise<Release> {
  return context.reporter.phase(`Promotion from ${source.app.name} to ${app.name}`, async () => {
    const [outcome] = await promote(client, {
      pipelineId,
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
