import { expect, test } from 'vitest';
import { parseStack } from '../../../src/heroku/stack.ts';
import { runImageName } from '../../../src/verbs/steps/run-image.ts';

const stack = parseStack('heroku-24');

test.each([
  ['Heroku’s own', {}, 'heroku/heroku:24'],
  [
    'the one asked for',
    { runImage: 'my/run:1', stackImage: 'my/heroku/heroku:24-build' },
    'my/run:1',
  ],
  [
    'the stack image’s, on its mirror',
    { stackImage: 'my.example/heroku/heroku:24-build' },
    'my.example/heroku/heroku:24',
  ],
  [
    'that one’s newest, where it is pinned',
    { stackImage: `heroku/heroku:24-build@sha256:${'a'.repeat(64)}` },
    'heroku/heroku:24',
  ],
  ['that one’s variant', { stackImage: 'heroku/heroku:24-build.v150' }, 'heroku/heroku:24.v150'],
  [
    'Heroku’s own for an image of another kind',
    { stackImage: 'my/tools:24-build' },
    'heroku/heroku:24',
  ],
])('dynos boot on %s', (_, settings, image) => {
  expect(runImageName({ runImage: undefined, stackImage: undefined, ...settings }, stack)).toBe(
    image,
  );
});
