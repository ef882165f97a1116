import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { removeContainer } from '../../src/docker/container.ts';
import { bootDyno, type Dyno } from '../../src/dyno/dyno.ts';
import { stubDocker } from '../support/docker-client.ts';
import { containersWith, runImage } from './engine.ts';
import { makeSlug } from './slug.ts';

const label = 'heroku-docker-release.test';
const id = randomUUID();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dyno-'));
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
  await Promise.all(containersWith(`${label}=${id}`).map(removeContainer));
});

/** Boots a web process that listens, and does this with each `$client`, whose request is in `$request`. */
async function listening(answer: string, address = '0.0.0.0'): Promise<Dyno> {
  const slugPath = join(folder, 'slug.tgz');
  const server = `use IO::Socket::INET;
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => $ARGV[1], LocalPort => $ARGV[0], Listen => 5) or die "no socket: $!";
while (my $client = $server->accept) {
  my $request = '';
  while (<$client>) { last if /^\\r?$/; $request .= $_ }
  ${answer}
  close $client;
}
`;
  await makeSlug(slugPath, { 'server.pl': server, '.curlrc': 'fail\nuser-agent = "the app"\n' });
  const dyno = await bootDyno({
    slugPath,
    runImage: runImage(),
    processType: 'web',
    command: `exec perl server.pl $PORT ${address}`,
    configVars: { http_proxy: 'http://nowhere.invalid:1' },
    name: 'web.1',
    labels: { [label]: id },
    signal: AbortSignal.timeout(60_000),
  });
  await dyno.waitUntilListening();
  return dyno;
}

const wanted = { path: '/a[1]/../b?c="$HOME"', status: 200, host: 'shop.example' };

describe('an answer of a web dyno', () => {
  test('is to a request that is sent as it was written, as the router sends it', async () => {
    const dyno = await listening('print $client "HTTP/1.1 418 Tea\\r\\n\\r\\n$request";');
    const failure = dyno.waitUntilAnswering(wanted, 5);
    await expect(failure).rejects.toThrow(
      'web.1 answered GET /a[1]/../b?c="$HOME" with 418:\nGET /a[1]/../b?c="$HOME" HTTP/1.1\nHost: shop.example\nUser-Agent: curl/',
    );
    await expect(failure).rejects.toThrow('\nX-Forwarded-Proto: https\nX-Forwarded-Port: 443');
  });

  test('may come from the dyno’s own address alone', async () => {
    const dyno = await listening('print $client "HTTP/1.1 200 OK\\r\\n\\r\\n";', '$(hostname -i)');
    await dyno.waitUntilAnswering(wanted, 5);
  });

  test('is not followed to where it redirects', async () => {
    const dyno = await listening(
      'print $client "HTTP/1.1 301 Moved\\r\\nLocation: https://shop.example/\\r\\n\\r\\n";',
    );
    await expect(dyno.waitUntilAnswering(wanted, 5)).rejects.toThrow(
      'with 301 (to https://shop.example/), without a body.',
    );
  });

  test('may be without an end: its status counts, and little of it is kept', async () => {
    const endless = 'my $lines = "line\\n" x 10_000; while (print $client $lines) {}';
    const well = await listening(`print $client "HTTP/1.1 200 OK\\r\\n\\r\\n"; ${endless}`);
    await well.waitUntilAnswering(wanted, 2);
    const ill = await listening(`print $client "HTTP/1.1 500 No\\r\\n\\r\\n"; ${endless}`);
    await expect(ill.waitUntilAnswering(wanted, 2)).rejects.toThrow(
      new RegExp(`with 500:\n${'line\n'.repeat(9)}line$`),
    );
  });

  test('is waited for as long as there is none', async () => {
    const dyno = await listening('print $client "nonsense\\n";');
    const start = Date.now();
    await expect(dyno.waitUntilAnswering(wanted, 2)).rejects.toThrow(
      /^web\.1 did not answer GET \S+ with 200 within 2 seconds; .*HTTP/,
    );
    expect(Date.now() - start).toBeLessThan(5_000);
  });

  test('does not come from a dyno that crashes', async () => {
    const dyno = await listening('print "no database\\n"; exit 3;');
    await expect(dyno.waitUntilAnswering(wanted, 30)).rejects.toThrow(
      'web.1 crashed before it answered GET /a[1]/../b?c="$HOME" (exit code 3):\nno database',
    );
  });
});

test('an engine that hangs is not waited for', async () => {
  const dyno = await listening('print $client "HTTP/1.1 200 OK\\r\\n\\r\\n";');
  stubDocker('[ "$1" = exec ] && exec sleep 600');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const failure = expect(dyno.waitUntilAnswering(wanted, 60)).rejects.toThrow(
    'The Docker engine has done nothing for 90 s.',
  );
  await vi.advanceTimersByTimeAsync(90_000);
  await failure;
});
