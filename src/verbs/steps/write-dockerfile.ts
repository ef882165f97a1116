import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atExit } from '../../at-exit.ts';
import { DeployError, messageOf } from '../../errors.ts';
import { type Stack, stackImages } from '../../heroku/stack.ts';
import { asBuilt, openAppFolder } from '../../platforms/app-folder.ts';
import { detectPlatform, findPlatform, otherPlatforms } from '../../platforms/index.ts';
import type { AppFolder, Platform } from '../../platforms/platform.ts';
import { renderTemplate, type TemplateName } from '../../platforms/template.ts';
import type { Reporter } from '../../reporter.ts';
import type { Settings } from '../../settings/settings.ts';

/** The part of a verb's context that is needed for it. */
export interface DockerfileContext {
  readonly settings: Pick<Settings, 'workingDirectory' | 'dockerfile' | 'template' | 'force'>;
  readonly reporter: Reporter;
}

export interface DockerfileResult {
  /** The platform of the app; `undefined` where its own Dockerfile is kept and no platform detects it. */
  readonly platform: string | undefined;
  /** As it was asked for: relative to the app's folder. */
  readonly dockerfile: string;
  /** Whether the Dockerfile was written by this run. */
  readonly written: boolean;
  /** Whether a `.dockerignore` was written by this run. */
  readonly dockerignoreWritten: boolean;
}

/**
 * Writes a Dockerfile for the app from its platform's template, and a `.dockerignore` where there
 * is none. A Dockerfile that is there stays as it is, unless `force` says otherwise.
 * @param stack the stack whose build image the Dockerfile starts from.
 * @throws DeployError where no platform detects the app, or its files ask for what cannot be had.
 */
export async function writeDockerfile(
  context: DockerfileContext,
  stack: Stack,
): Promise<DockerfileResult> {
  const { dockerfile, template, force, workingDirectory } = context.settings;
  const { reporter } = context;
  const folder = openAppFolder(workingDirectory);
  const app = asBuilt(folder);
  if (folder.has(dockerfile) && !force) {
    reporter.info(`${dockerfile} is there and stays as it is.`);
    const platform = findPlatform(app, template)?.name;
    return { platform, dockerfile, written: false, dockerignoreWritten: false };
  }
  const platform = detectPlatform(app, template);
  if (template === undefined) tellOfOthers(app, platform, reporter);
  return { platform: platform.name, dockerfile, ...(await write(context, app, platform, stack)) };
}

function tellOfOthers(app: AppFolder, chosen: Platform, reporter: Reporter): void {
  const others = otherPlatforms(app, chosen).map(({ name }) => name);
  if (others.length === 0) return;
  reporter.info(
    `The app's files fit ${[chosen.name, ...others].join(' and ')}: ${chosen.name} is taken. The setting "template" chooses another.`,
  );
}

async function write(
  { settings: { dockerfile }, reporter }: DockerfileContext,
  app: AppFolder,
  platform: Platform,
  stack: Stack,
): Promise<{ written: boolean; dockerignoreWritten: boolean }> {
  const { summary, reason, values, warnings } = platform.plan(app);
  reporter.info(`${platform.name}: ${reason}`);
  for (const { message, location } of warnings) reporter.warning(message, location);
  const render = (template: TemplateName) =>
    renderTemplate(platform.name, template, {
      ...values,
      summary,
      stackImage: stackImages(stack).build,
      dockerfile,
    });
  // First: with a Dockerfile there, no later run would write it.
  const dockerignoreWritten = !openAppFolder(app.path).has(dockerignoreName);
  if (dockerignoreWritten) {
    await writeWhole(join(app.path, dockerignoreName), render('dockerignore'));
    reporter.info(`Wrote ${dockerignoreName}.`);
  } else {
    warnOfOmissions(app, reporter);
  }
  await writeWhole(join(app.path, dockerfile), render('Dockerfile'));
  reporter.info(`Wrote ${dockerfile}.`);
  return { written: true, dockerignoreWritten };
}

const dockerignoreName = '.dockerignore';

/** Names what is in the folder now and would be copied into the image by mistake. */
function warnOfOmissions(app: AppFolder, reporter: Reporter): void {
  const listed = openAppFolder(app.path).read(dockerignoreName) ?? '';
  for (const name of ['.env', 'node_modules']) {
    const isThere = app.has(name) || app.hasFolder(name);
    if (!isThere || listed.includes(name)) continue;
    reporter.warning(
      `${dockerignoreName} does not list ${name}, so it goes into the slug; add it there.`,
      { file: dockerignoreName },
    );
  }
}

/** Written beside the target and then renamed: a run that is ended half way leaves no half file. */
async function writeWhole(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  const keep = atExit(() => rmSync(unfinished, { force: true }));
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new DeployError(
      `${path} cannot be written: ${messageOf(error)}`,
      'Free some space on that disk, or let the user that this runs as write there.',
      { cause: error },
    );
  } finally {
    keep();
  }
}
