import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { HerokuClient } from '../../src/heroku/client.ts';
import { platformUrl } from '../../src/heroku/platform-url.ts';
import { followReleaseLog } from '../../src/heroku/release-log.ts';
import { maskSignedUrl } from '../../src/heroku/signed-url.ts';
import { createSlugTicket, uploadSlug } from '../../src/heroku/slugs.ts';
import { isThisMachine } from '../../src/http/this-machine.ts';
import { Secrets } from '../../src/secrets.ts';
import {
  early,
  json,
  rejection,
  ScriptedServer,
  type SeenRequest,
  setUp,
  text,
} from '../heroku/scripted-server.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RecordingReporter } from '../support/reporter.ts';

const token = 'HRKU-secret'; // That of the scripted server's client.

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Another server on this machine, which no token is for. */
async function elsewhere(): Promise<ScriptedServer> {
  const server = await new ScriptedServer().start();
  onTestFinished(() => server.stop());
  return server;
}

function shown({ headers, path, body }: SeenRequest): string {
  return JSON.stringify({ headers, path, body: body.toString() });
}

describe('The token goes to Heroku’s own hosts, by TLS, or to this machine: the host’s name is compared whole', () => {
  test.each([
    ...['evil.org', 'heroku.com.evil.org', 'evilheroku.com', 'https://notheroku.com'],
    ...['https://api.heroku.com.evil.org', 'https://api.heroku.com@evil.org', 'x@evil.org'],
    ...['https://api.heroku.com:443@evil.org', 'https://api.heroku.com%2eevil.org'],
    ...[
      'https://evil.org#.heroku.com',
      'https://evil.org\\@api.heroku.com',
      'https://evil.org?.heroku.com',
    ],
    ...[
      'https://evil.org/api.heroku.com',
      'evil.org/.heroku.com',
      'https://api.heroku.com。evil.org',
    ],
    ...[
      'https://api.her\u043eku.com',
      'https://api.heroku.co',
      'https://heroku.com.',
      'https://api.heroku.com.',
    ],
    ...['http://api.heroku.com', 'HTTP://API.HEROKU.COM', 'http://api.heroku.com:443'],
    ...['ftp://api.heroku.com', '//api.heroku.com', 'localhost:5000'],
    ...['https://localhost.evil.org', 'http://localhost.:5000', 'http://0.0.0.0:5000'],
    ...['http://127.0.0.1.evil.org', 'http://127.0.0.2:5000', 'http://128.0.0.1:5000'],
    ...[
      'http://[::]:5000',
      'http://[::2]:5000',
      'http://[::ffff:127.0.0.1]:5000',
      'http://[fe80::1]:5000',
    ],
    ...['https://api.heroku.com\r\nevil.org', 'https://api.heroku.com\t.evil.org'],
  ])('and not to %j', (asked) => {
    expect(() => platformUrl(asked)).toThrow(DeployError);
  });

  test.each([
    ['https://user:password@api.heroku.com', 'https://api.heroku.com'],
    ['https://api.heroku.com/../../evil.org', 'https://api.heroku.com'],
    ['http://LOCALHOST:5000', 'http://localhost:5000'],
    ['http://127.1:5000', 'http://127.0.0.1:5000'],
    ['http://[0:0:0:0:0:0:0:1]:5000', 'http://[::1]:5000'],
  ])('another way to write one of these, %j, is that one', (asked, url) => {
    expect(platformUrl(asked)).toBe(url);
  });

  test('whatever was asked for', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('heroku.com', 'localhost', '127.0.0.1', '://', '@', '.', ':', '/', '\\', '#'),
    );
    const asked = fc.oneof(
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc.array(piece).map((pieces) => pieces.join('')),
      fc.array(piece).map((pieces) => `https://${pieces.join('')}`),
    );
    const herokus = /^https:\/\/([^/@]*\.)?(heroku|herokai|herokuspace|herokudev)\.com(:\d+)?\/$/;
    fc.assert(
      fc.property(asked, (text) => {
        const url = urlOrRefusal(text);
        expect(url === undefined || isThisMachine(url) || herokus.test(url.href)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  function urlOrRefusal(asked: string): URL | undefined {
    try {
      return new URL(platformUrl(asked));
    } catch (error) {
      expect(error).toBeInstanceOf(DeployError);
      return undefined;
    }
  }
});

describe('No redirect is followed, by no call and no upload', () => {
  test.each([301, 302, 303, 307, 308])('HTTP %i', async (code) => {
    const { server, client } = await setUp();
    const evil = await elsewhere();
    const answer = text('', code, { location: `${evil.url}/` });
    for (const method of ['GET', 'POST', 'PATCH'] as const) {
      server.answers(answer);
      const call = client.call({ method, path: '/apps/shop', repeatable: true });
      expect(await rejection(call)).toMatchObject({ status: code });
    }
    server.answers(early(answer));
    const upload = { url: `${server.url}/blob`, sizeBytes: 4, open: () => Readable.from(['slug']) };
    expect(await rejection(client.upload(upload))).toMatchObject({ status: code });
    expect(server.requests).toHaveLength(4);
    expect(evil.requests).toEqual([]);
  });
});

describe('A signed URL, of a slug or of a release’s log, is asked without the token', () => {
  test('as another server sees it', async () => {
    const { server, client } = await setUp();
    const blobs = await elsewhere();
    server.answers(json({ id: 's-1', blob: { url: `${blobs.url}/slug?signature=0a1b` } }, 201));
    blobs.answers(text(''), text('migrating\n'), text('', 204));
    const ticket = await createSlugTicket(client, 'shop', {
      processTypes: { web: 'x' },
      stack: 'heroku-24',
      checksum: 'SHA256:00',
      commit: undefined,
      description: 'node',
    });
    const path = join(temporaryFolder({ 'slug.tgz': 'slug' }), 'slug.tgz');
    await uploadSlug(client, ticket, { path, sizeBytes: 4 });
    const lines: string[] = [];
    const log = followReleaseLog(client, `${blobs.url}/log?hmac=2c3d`, (line) => lines.push(line));
    await vi.waitUntil(() => lines.length > 0);
    await log.stop();
    expect(shown(server.requests[0] as SeenRequest)).toContain(token);
    expect(blobs.calls.slice(0, 2)).toEqual(['PUT /slug?signature=0a1b', 'GET /log?hmac=2c3d']);
    for (const request of blobs.requests) {
      expect(shown(request)).not.toContain(token);
      expect(request.headers).not.toHaveProperty('authorization');
      expect(request.headers).not.toHaveProperty('cookie');
    }
  });
});

describe('A proxy on the way to Heroku gets a tunnel to open, and nothing to read', () => {
  test('neither the token nor what is asked', async () => {
    let seen = '';
    const proxy = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (bytes) => {
        seen += bytes.toString('latin1');
        if (seen.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\n\r\n');
        else socket.destroy(); // With the greeting of TLS.
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void proxy.close());
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    vi.stubEnv('NO_PROXY', '');
    const client = openClient(platformUrl(undefined));
    await rejection(client.call({ method: 'GET', path: '/apps/shop', repeatable: false }));
    expect(seen).toMatch(/^CONNECT api\.heroku\.com:443 HTTP\/1\.1\r\n/);
    expect(seen).toContain('\x16\x03'); // A record of TLS.
    for (const hidden of [token, 'authorization', '/apps/shop']) expect(seen).not.toContain(hidden);
  });
});

describe('A host whose certificate is not trusted gets no request', () => {
  test('and is not asked again', async () => {
    const folder = temporaryFolder();
    const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'certificate')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject],
      {
        stdio: 'ignore',
      },
    );
    const requests: string[] = [];
    const server = createSecureServer(
      { key: readFileSync(join(folder, 'key')), cert: readFileSync(join(folder, 'certificate')) },
      (request, response) => {
        requests.push(`${request.url}`);
        response.end('{}');
      },
    );
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    onTestFinished(() => void server.close());
    const url = platformUrl(`https://localhost:${(server.address() as AddressInfo).port}`);
    const call = openClient(url).call({ method: 'GET', path: '/apps/shop', repeatable: true });
    expect(await rejection(call)).toMatchObject({ permanent: true });
    expect(requests).toEqual([]);
  });
});

function openClient(url: string): HerokuClient {
  const client = new HerokuClient({
    url,
    token,
    reporter: new RecordingReporter(),
    signal: new AbortController().signal,
    sleep: () => delay(0),
  });
  onTestFinished(() => client.close());
  return client;
}

describe('A signed URL is masked before anything can show it, whole, in part, and as an answer repeats it', () => {
  const url =
    'https://bucket.s3.amazonaws.com/slugs/0a1b2c3d?AWSAccessKeyId=AKIA0123456789ABCDEF&Signature=aB%2FcD%2BeFgHiJkLmNoPq%3D&Expires=1700000000';
  const secretParts = ['AKIA0123456789ABCDEF', 'aB%2FcD', 'aB/cD', 'eFgHiJkLmNoPq'];

  test.each([
    ['as it is', url],
    ['without its host', url.slice(url.indexOf('/slugs'))],
    ['its parameters', `at ?${url.split('?')[1]}`],
    ['one of them', 'Signature=aB%2FcD%2BeFgHiJkLmNoPq%3D is wrong'],
    ['decoded', 'the signature aB/cD+eFgHiJkLmNoPq= of AKIA0123456789ABCDEF is wrong'],
    ['as HTML', url.replaceAll('&', '&amp;')],
    ['as JSON', url.replaceAll('&', '\\u0026')],
  ])('%s', async (_, repeated) => {
    const { server, client, reporter } = await setUp();
    server.answers(
      json({ id: 's-1', blob: { url } }, 201),
      text(`<html><p>Forbidden: ${repeated}</p></html>`, 403),
    );
    const slug = {
      processTypes: {},
      stack: 'heroku-24',
      checksum: 'SHA256:00',
      commit: undefined,
      description: 'node',
    };
    await createSlugTicket(client, 'shop', slug);
    const upload = { url: `${server.url}/`, sizeBytes: 4, open: () => Readable.from(['slug']) };
    const error = await rejection(client.upload(upload));
    expect(String(error)).toContain('Forbidden');
    const secrets = new Secrets();
    for (const secret of reporter.secrets) secrets.add(secret);
    for (const part of secretParts) expect(secrets.hide(String(error))).not.toContain(part);
  });

  test('and where the path is all its secret', () => {
    const reporter = new RecordingReporter();
    maskSignedUrl(reporter, 'https://release-output.heroku.com/streams/0a1b2c3d4e5f');
    expect(reporter.secrets).toContain('/streams/0a1b2c3d4e5f');
  });

  test('while no word of the log is taken away by it', () => {
    const reporter = new RecordingReporter();
    maskSignedUrl(reporter, 'http://127.0.0.1:5000/?signature=0a1b2c3d4e5f6a7b&expires=60');
    expect(reporter.secrets.every((secret) => secret.length >= 12)).toBe(true);
  });
});
