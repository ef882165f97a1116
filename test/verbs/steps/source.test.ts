import { expect, test } from 'vitest';
import { parseStack } from '../../../src/heroku/stack.ts';
import type { Settings } from '../../../src/settings/settings.ts';
import { stackWithoutApp } from '../../../src/verbs/steps/source.ts';
import { writeApp } from '../../support/apps.ts';
import { createContext } from '../../support/context.ts';

const template = 'ARG STACK_IMAGE=heroku/heroku:26-build\nFROM $STACK_IMAGE\n';

test.each<[string, string | undefined, Partial<Settings>, string]>([
  ['the one that was named', template, { stack: parseStack('heroku-22') }, 'heroku-22'],
  ['the one that the Dockerfile builds on', template, {}, 'heroku-26'],
  ['that of the stack image', template, { stackImage: 'my/heroku/heroku:22-build' }, 'heroku-22'],
  ['that of the stack image', undefined, { stackImage: 'my/heroku/heroku:26-build' }, 'heroku-26'],
  ['the default for any other image', 'FROM debian:12\n', {}, 'heroku-24'],
  ['the default for an app without a Dockerfile', undefined, {}, 'heroku-24'],
])('the stack without an app is %s', (_, dockerfile, asked, name) => {
  const workingDirectory = writeApp(dockerfile === undefined ? {} : { Dockerfile: dockerfile });
  expect(stackWithoutApp(createContext({ workingDirectory, ...asked })).name).toBe(name);
});
