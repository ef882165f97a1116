import type { FailedInstruction } from '../../docker/build.ts';
import type { BuildJob, BuildSource } from './build-job.ts';

type Locate = BuildSource['locate'];
type Job = Pick<BuildJob, 'dockerfile'> & {
  readonly context: { readonly settings: { readonly dockerfile: string } };
};

/** Finds an instruction where the app's own Dockerfile is what was built. */
export function locateInstruction({ context }: Job): Locate {
  return ({ line }) => ({ file: context.settings.dockerfile, line });
}

/** Finds one where a stage after the app's own fires its ONBUILD instructions. */
export function locateWithChildStage(job: Job): Locate {
  const ownLines = job.dockerfile.text.split('\n').length;
  // The builder does not count a stage that another one stands on.
  const [instruction, trigger] = [locateInstruction(job), locateTrigger(job, 1)];
  return (failed) => (failed.line <= ownLines ? instruction : trigger)(failed);
}

/** Those instructions that the builder counts. */
const countedKeywords = new Set(['RUN', 'COPY', 'ADD', 'WORKDIR']);

/**
 * Finds an ONBUILD instruction, for which the builder blames the FROM that fired it: by its number,
 * as its text has its variables filled in.
 * @param first the number of the first of them.
 */
export function locateTrigger({ context, dockerfile }: Job, first: number): Locate {
  const counted = dockerfile.triggers.filter(({ keyword }) => countedKeywords.has(keyword));
  return ({ text, step }: FailedInstruction) => {
    const trigger = step === undefined ? undefined : counted[step - first];
    const isThat = trigger !== undefined && text.startsWith(`ONBUILD ${trigger.keyword} `);
    return isThat ? { file: context.settings.dockerfile, line: trigger.line } : undefined;
  };
}
