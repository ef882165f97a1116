import { type Dockerfile, withChildStage } from '../../app/dockerfile.ts';
import { sourceTime } from '../../app/source-time.ts';
import { buildsInEngine } from '../../docker/engine.ts';
import type { Image } from '../../docker/image.ts';
import { withOwnNames } from '../../docker/own-names.ts';
import type { BaseImage } from './base-image.ts';
import { type BuildJob, runBuild } from './build-job.ts';
import { locateTrigger, locateWithChildStage } from './failed-instruction.ts';

/**
 * Builds the app's image on the base image: a Dockerfile of one line, whose only purpose is to fire
 * the ONBUILD instructions. Always built, since the source is not part of any hash.
 */
export async function buildAppImage(untimed: BuildJob, base: BaseImage): Promise<Image> {
  const job = asksForTime(untimed.dockerfile) ? await withSourceTime(untimed) : untimed;
  const tag = `${base.name}-app`;
  const isEnginesOwn = job.context.settings.builder === undefined;
  if (isEnginesOwn || (await buildsInEngine(job.builder))) {
    // The builder counts the base image as the first step.
    const locate = locateTrigger(job, 2);
    return withOwnNames(base.image.id, [], ([name]) =>
      runBuild(job, { text: `FROM ${name}\n`, locate }, tag),
    );
  }
  const text = withChildStage(job.dockerfile.text);
  return runBuild(job, { text, locate: locateWithChildStage(job) }, tag);
}

/**
 * The argument by which a Dockerfile's ONBUILD steps ask for the time of the source, in seconds since
 * 1970. It is not SOURCE_DATE_EPOCH, which BuildKit puts into every COPY and WORKDIR: after each commit
 * nothing would come from its cache.
 */
const timeArgument = 'SOURCE_TIME';

function asksForTime({ steps }: Dockerfile): boolean {
  return steps.some(
    ({ keyword, text }) => keyword === 'ARG' && text.split('=')[0] === timeArgument,
  );
}

async function withSourceTime(job: BuildJob): Promise<BuildJob> {
  const { settings, environment } = job.context;
  const time = await sourceTime(settings.workingDirectory, environment);
  return { ...job, buildArguments: { [timeArgument]: String(time), ...job.buildArguments } };
}
