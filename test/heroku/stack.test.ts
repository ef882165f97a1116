import { describe, expect, it } from 'vitest';
import {
  defaultStack,
  parseStack,
  stackImages,
  stackOfImage,
  stacks,
} from '../../src/heroku/stack.ts';
import { refusalOf } from '../platforms/app.ts';

describe('parseStack', () => {
  it.each(['heroku-22', 'heroku-24', 'heroku-26'])('knows %s', (name) => {
    expect(parseStack(name).name).toBe(name);
  });

  it('warns of a deprecated stack alone', () => {
    expect(parseStack('heroku-22').warning).toContain('2027-04-30');
    expect(parseStack(defaultStack).warning).toBeUndefined();
  });

  it.each(['heroku-20', 'heroku-18', 'cedar-14'])('refuses %s, which has ended', (name) => {
    expect(refusalOf(() => parseStack(name)).message).toContain(`Stack ${name} has ended`);
  });

  it.each(['container', 'cnb'])('refuses %s, which takes no slugs', (name) => {
    expect(refusalOf(() => parseStack(name)).message).toContain('takes no slugs');
  });

  it('names the stacks where one is unknown', () => {
    const error = refusalOf(() => parseStack('ubuntu'));
    expect(error.message).toBe('Unknown stack "ubuntu".');
    expect(error.remedy).toContain('heroku-26, heroku-24, heroku-22');
  });
});

describe('stackImages', () => {
  it('has an image to build on and one to run on', () => {
    expect(stackImages(parseStack('heroku-24'))).toEqual({
      build: 'heroku/heroku:24-build',
      run: 'heroku/heroku:24',
    });
  });
});

describe('stackOfImage', () => {
  it.each(stacks)('finds $name by its images', (stack) => {
    expect(stackOfImage(stackImages(stack).build)).toBe(stack.name);
    expect(stackOfImage(stackImages(stack).run)).toBe(stack.name);
  });

  it.each([
    ['mirror.example/heroku/heroku:24-build', 'heroku-24'],
    ['docker.io/heroku/heroku:24-build.v150', 'heroku-24'],
    ['heroku/heroku:26_linux-amd64', 'heroku-26'],
    ['heroku/heroku:22-cnb-build', 'heroku-22'],
    ['heroku/heroku:24@sha256:0123', 'heroku-24'],
    ['heroku/cedar:14', 'cedar-14'],
  ])('finds the stack of %s', (image, name) => {
    expect(stackOfImage(image)).toBe(name);
  });

  it.each(['node:24', 'heroku/heroku', 'heroku/builder:24', 'my-heroku/heroku-24:24', 'scratch'])(
    'takes %s for no stack image',
    (image) => {
      expect(stackOfImage(image)).toBeUndefined();
    },
  );
});
