import { type Deployment, startDeployment } from '../../github/deployment.ts';
import { githubJob } from '../../github/job.ts';
import type { Target } from './target.ts';

/**
 * Does what changes an app, and shows it at GitHub as a deployment where a token for that was given.
 * Why it failed is in the log alone, where secrets are masked.
 */
export async function withDeployment(target: Target, work: () => Promise<void>): Promise<void> {
  const deployment = await start(target);
  try {
    await work();
  } catch (error) {
    const isCancelled = target.context.signal.aborted;
    await (isCancelled
      ? deployment?.finish('error', 'Cancelled')
      : deployment?.finish('failure', 'Failed; the log says why'));
    throw error;
  }
  await deployment?.finish('success', 'Released');
}

async function start({ app, context }: Target): Promise<Deployment | undefined> {
  const { settings, environment, reporter, signal } = context;
  if (settings.githubToken === undefined) return undefined;
  const job = githubJob(environment);
  if (job === undefined) {
    reporter.warning(
      'GitHub does not show the deployment: this is no job of GitHub Actions (GITHUB_REPOSITORY and GITHUB_SHA say which one it is).',
    );
    return undefined;
  }
  return startDeployment({
    job,
    token: settings.githubToken,
    environment: settings.environment ?? app.name,
    environmentUrl: app.webUrl,
    description: `Release to ${app.name}`,
    reporter,
    signal,
  });
}
