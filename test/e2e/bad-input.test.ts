import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ownDockerfileApp, writeApp } from '../support/apps.ts';
import { useLocalHeroku } from '../support/heroku.ts';
import { leftInEngine } from '../support/left-in-engine.ts';
import { machine, removeImages } from '../support/machine.ts';
import { leftInTemporaryFolder, runAction, type StepOptions } from '../support/runner.ts';

const heroku = useLocalHeroku();

/** On the one image here that is large. */
const imageLabel = 'heroku-docker-release.test=bad-input';
afterAll(() => removeImages(imageLabel));

interface BadInput {
  readonly what: string;
  readonly workspace?: () => string;
  readonly app?: { stack?: string; generation?: string };
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: StepOptions['environment'];
  /** What happened, as the log says it. */
  readonly says: RegExp;
  /** How to mend it, as the log says it. */
  readonly remedy: RegExp;
}

const cases: readonly BadInput[] = [
  {
    what: 'no Docker engine',
    environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    says: /No Docker engine answers/,
    remedy: /Start Docker/,
  },
  {
    what: 'no Dockerfile and no language',
    workspace: () => writeApp({ 'readme.txt': 'hello' }),
    says: /no language was detected/,
    remedy: /write a Dockerfile/,
  },
  {
    what: 'an unknown template',
    workspace: () => writeApp({ Procfile: 'web: true' }),
    inputs: { template: 'cobol' },
    says: /Unknown template "cobol"/,
    remedy: /node, minimal/,
  },
  {
    what: 'an unknown stack',
    inputs: { stack: 'heroku-99' },
    says: /Unknown stack "heroku-99"/,
    remedy: /heroku-24/,
  },
  {
    what: 'a stack that has ended',
    inputs: { stack: 'heroku-20' },
    says: /heroku-20 has ended/,
    remedy: /heroku stack:set/,
  },
  {
    what: 'no Procfile and no default process type',
    workspace: () => without(ownDockerfileApp(machine.stackImage), 'Procfile'),
    says: /There is no Procfile, and this app has no default process type/,
    remedy: /Write a Procfile/,
  },
  {
    what: 'a Procfile line that does not parse',
    workspace: () =>
      withFile(ownDockerfileApp(machine.stackImage), 'Procfile', 'web: a\n\nnonsense\n'),
    says: /::error [^\n]*file=Procfile,line=3[^\n]*does not parse/,
    remedy: /name: command/,
  },
  {
    what: 'a wrong token',
    inputs: { 'api-key': 'HRKU-wrong' },
    says: /HTTP 401, unauthorized, Request-Id/,
    remedy: /heroku authorizations:create/,
  },
  {
    what: 'no token',
    inputs: { 'api-key': '' },
    says: /No Heroku token/,
    remedy: /there only in a job that names the environment/,
  },
  {
    what: 'no app',
    inputs: { app: '' },
    says: /No app to release to/,
    remedy: /HEROKU_APP/,
  },
  {
    what: 'an unknown app',
    inputs: { app: 'nobody-made-this' },
    says: /HTTP 404, not_found/,
    remedy: /never created unasked/,
  },
  {
    what: 'an app of the Fir generation',
    app: { generation: 'fir' },
    says: /Fir generation, which takes no slugs/,
    remedy: /Cedar app/,
  },
  {
    what: 'an app on the container stack',
    app: { stack: 'container' },
    says: /stack "container", which takes no slugs/,
    remedy: /heroku stack:set heroku-24/,
  },
  {
    what: 'a Dockerfile on another stack than the app’s',
    workspace: () =>
      withFile(ownDockerfileApp(machine.stackImage), 'Dockerfile', 'FROM heroku/heroku:22-build\n'),
    says: /::error [^\n]*file=Dockerfile,line=1[^\n]*which is heroku-22; the slug is for heroku-24/,
    remedy: /heroku stack:set heroku-22/,
  },
  {
    what: 'a stack that is not the app’s',
    workspace: () =>
      withFile(ownDockerfileApp(machine.stackImage), 'Dockerfile', 'FROM scratch\nCOPY . /app/\n'),
    inputs: { stack: 'heroku-22' },
    says: /for heroku-22, but .* builds on heroku-24/,
    remedy: /Leave "stack" out/,
  },
  {
    what: 'an image without /app',
    workspace: () =>
      withFile(ownDockerfileApp(machine.stackImage), 'Dockerfile', `FROM ${machine.stackImage}\n`),
    says: /\/app is missing in the image/,
    remedy: /Copy the app into \/app/,
  },
  {
    what: 'an empty /app',
    workspace: () =>
      withFile(
        ownDockerfileApp(machine.stackImage),
        'Dockerfile',
        `FROM ${machine.stackImage}\nUSER root\nRUN mkdir /app\n`,
      ),
    says: /\/app in the image holds no file/,
    remedy: /Copy the app into \/app/,
  },
  {
    what: 'a build that fails',
    workspace: () =>
      withFile(
        ownDockerfileApp(machine.stackImage),
        'Dockerfile',
        `FROM ${machine.stackImage}\nRUN echo the reason >&2; exit 3\n`,
      ),
    says: /::error [^\n]*file=Dockerfile,line=2[^\n]*the reason/,
    remedy: /Mend what the builder names/,
  },
  {
    what: 'a platform URL that may not see a token',
    inputs: { 'platform-url': 'https://api.heroku.com.example.org' },
    says: /not a host that may see a Heroku token/,
    remedy: /api\.heroku\.com/,
  },
  {
    what: 'a value that is neither true nor false',
    inputs: { 'dry-run': 'yes' },
    says: /Invalid dry-run: "yes"/,
    remedy: /true, false/,
  },
  {
    what: 'a working directory that is not there',
    inputs: { 'working-directory': 'nowhere' },
    says: /Invalid working-directory: "nowhere"/,
    remedy: /checked out/,
  },
];

describe('bad input ends the step with what happened and how to mend it', () => {
  test.each(cases)('$what', async (bad) => {
    const app = await heroku.createApp(bad.app);
    const workspace = (bad.workspace ?? (() => ownDockerfileApp(machine.stackImage)))();
    const step = await runAction(
      { ...heroku.inputs(app), ...bad.inputs },
      { workspace, ...(bad.environment && { environment: bad.environment }) },
    );
    expect(step.exitCode, step.log).toBe(1);
    expect(step.log).toMatch(bad.says);
    expect(step.log).toMatch(bad.remedy);
    expect(step.log).not.toContain('defect of heroku-docker-release');
    expect(await heroku.slugReleases(app), 'nothing is changed on Heroku').toEqual([]);
    expect(leftInTemporaryFolder(step), 'no temporary file is left').toEqual([]);
    expect(leftInEngine(step), 'nothing is left in the engine').toEqual([]);
  });
});

test('a slug over the platform’s limit is refused before the upload, with its largest folders', async () => {
  const app = await heroku.createApp();
  const workspace = withFile(
    ownDockerfileApp(machine.stackImage),
    'Dockerfile',
    [
      `FROM ${machine.stackImage}`,
      'USER root',
      `LABEL ${imageLabel}`,
      'RUN mkdir --parents /app/data/random && head --bytes=1001M /dev/urandom > /app/data/random/bytes',
      '',
    ].join('\n'),
  );
  const step = await runAction(heroku.inputs(app), { workspace });
  expect(step.exitCode, step.log).toBe(1);
  expect(step.log).toMatch(/The slug is 1\.\d+ GB, and Heroku takes 1 GB at most/);
  expect(step.log).toMatch(/1\.05 GB +data\/random/);
  expect(step.log).toMatch(/Leave files out with "exclude"/);
  expect(step.log).not.toContain('Upload to');
  expect(await heroku.slugReleases(app)).toEqual([]);
  expect(leftInTemporaryFolder(step)).toEqual([]);
});

function without(folder: string, name: string): string {
  rmSync(join(folder, name));
  return folder;
}

function withFile(folder: string, name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return folder;
}
