import { describe, expect, test } from 'vitest';
import { parseDockerfile, withChildStage } from '../../../src/app/dockerfile.ts';
import {
  locateTrigger,
  locateWithChildStage,
} from '../../../src/verbs/steps/failed-instruction.ts';

const text = [
  'FROM debian AS tools',
  'ONBUILD RUN not-the-last-stage',
  'FROM debian',
  'RUN make tools',
  'ONBUILD ARG MODE=fast',
  'ONBUILD WORKDIR /app/src',
  'ONBUILD COPY . .',
  'ONBUILD RUN make \\',
  '  $MODE',
].join('\n');
const job = {
  context: { settings: { dockerfile: 'docker/web' } },
  dockerfile: parseDockerfile(text, {}),
};
const line = (number: number) => ({ file: 'docker/web', line: number });

describe('an ONBUILD instruction that fails', () => {
  test.each([
    [2, 'ONBUILD WORKDIR /app/src', line(6)],
    [3, 'ONBUILD COPY . .', line(7)],
    [4, 'ONBUILD RUN make   fast', line(8)],
    [5, 'ONBUILD RUN make   fast', undefined],
    [3, 'ONBUILD RUN make   fast', undefined],
    [1, 'FROM heroku-docker-1', undefined],
    [undefined, '', undefined],
  ])('is found by its number on an image: %j', (step, said, location) => {
    expect(locateTrigger(job, 2)({ line: 1, text: said, step })).toEqual(location);
  });

  test('is found by its number on a stage, whose own instructions are found by their line', () => {
    const lines = withChildStage(text).split('\n');
    const locate = locateWithChildStage(job);
    const fired = lines.lastIndexOf('FROM heroku-docker-app') + 1;
    expect(locate({ line: fired, text: 'ONBUILD RUN make   fast', step: 3 })).toEqual(line(8));
    expect(locate({ line: fired, text: 'ONBUILD COPY . .', step: 2 })).toEqual(line(7));
    expect(locate({ line: 4, text: 'RUN make tools', step: 2 })).toEqual(line(4));
  });
});
