import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { removeImage } from '../../src/docker/image.ts';
import { docker } from '../support/machine.ts';

test('a name that several take off at once is gone, and none of them fails', async () => {
  const image = `heroku-docker-test-${randomUUID()}`;
  const emptyArchive = Buffer.alloc(1024);
  execFileSync('docker', ['import', '--message', image, '-', image], { input: emptyArchive });
  onTestFinished(() => void docker('image', 'rm', image));
  for (let round = 0; round < 40; round++) {
    docker('tag', image, `${image}:used`);
    const reasons = await Promise.all(
      Array.from({ length: 2 }, () => removeImage(`${image}:used`)),
    );
    expect(new Set(reasons)).toEqual(new Set([undefined]));
    expect(docker('image', 'ls', '--quiet', `${image}:used`)).toBe('');
  }
});
