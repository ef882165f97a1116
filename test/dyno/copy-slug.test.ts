import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { copySlug } from '../../src/dyno/copy-slug.ts';
import { stubDocker } from '../support/docker-client.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makeSlug } from './slug.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

test('a slug of which the engine takes nothing is not waited for any longer', async () => {
  const slug = join(temporaryFolder(), 'slug.tgz');
  await makeSlug(slug, { 'server.pl': 'exit' });
  stubDocker('[ "$1" = cp ] && exec sleep 600');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const copying = copySlug(slug, `nowhere-${randomUUID()}`, new AbortController().signal);
  const failure = expect(copying).rejects.toThrow('The Docker engine has done nothing for 120 s.');
  await vi.advanceTimersByTimeAsync(120_000);
  await failure;
});
