import { DockerfileParser } from 'dockerfile-ast';
import { detectPlatform } from '../../src/platforms/index.ts';
import { renderTemplate } from '../../src/platforms/template.ts';
import { makeApp } from './app.ts';

/** Renders the Dockerfile of an app with these files. */
export function dockerfileFor(files: Readonly<Record<string, string>>, template?: string): string {
  const app = makeApp(files);
  const platform = detectPlatform(app, template);
  const { summary, values } = platform.plan(app);
  return renderTemplate(platform.name, 'Dockerfile', {
    ...values,
    summary,
    stackImage: 'heroku/heroku:24-build',
  });
}

/** The instructions of a Dockerfile, one a line: `ONBUILD RUN …` with continued lines joined. */
export function instructionsOf(dockerfile: string): string[] {
  return DockerfileParser.parse(dockerfile)
    .getInstructions()
    .map((instruction) => instruction.toString().replaceAll(/\s*\\\n\s*/g, ' '));
}

/** What the app's image runs on top of the base image, without the mounts. */
export function triggersOf(dockerfile: string): string[] {
  return instructionsOf(dockerfile)
    .filter((instruction) => instruction.startsWith('ONBUILD '))
    .map((instruction) => instruction.replace('ONBUILD ', '').replaceAll(/--mount=\S+ /g, ''))
    .filter((instruction) => !instruction.startsWith('ARG '));
}
