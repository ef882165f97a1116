import type { Context } from './context.ts';
import { stackWithoutApp } from './steps/source.ts';
import { writeDockerfile } from './steps/write-dockerfile.ts';

/** Writes a Dockerfile for the app, and does no more. */
export async function init(context: Context): Promise<void> {
  const { platform, dockerfile } = await writeDockerfile(context, stackWithoutApp(context));
  context.report.add({ ...(platform !== undefined && { platform }), dockerfile });
}
