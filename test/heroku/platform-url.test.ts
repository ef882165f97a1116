import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { isThisMachine, platformUrl } from '../../src/heroku/platform-url.ts';

describe('the Platform API', () => {
  test.each([
    [undefined, 'https://api.heroku.com'],
    ['', 'https://api.heroku.com'],
    ['  ', 'https://api.heroku.com'],
    ['heroku.com', 'https://api.heroku.com'],
    ['staging.herokudev.com', 'https://api.staging.herokudev.com'],
    ['https://api.heroku.com', 'https://api.heroku.com'],
    ['https://api.heroku.com/', 'https://api.heroku.com'],
    ['HTTPS://API.HEROKU.COM', 'https://api.heroku.com'],
    ['https://api.heroku.com:8443/apps?x=1', 'https://api.heroku.com:8443'],
    [' http://localhost:5000 ', 'http://localhost:5000'],
    ['http://127.0.0.1:5000', 'http://127.0.0.1:5000'],
    ['http://[::1]:5000', 'http://[::1]:5000'],
    ['https://localhost', 'https://localhost'],
  ])('asked for as %j is %s', (asked, url) => {
    expect(platformUrl(asked)).toBe(url);
  });

  test.each([
    'evil.org',
    'heroku.com.evil.org',
    'evilheroku.com',
    'https://notheroku.com',
    'https://api.heroku.com@evil.org',
    'https://evil.org#.heroku.com',
    'https://evil.org\\@api.heroku.com',
    'https://evil.org/api.heroku.com',
    'x@evil.org',
    'evil.org/.heroku.com',
    'http://api.heroku.com',
    'https://localhost.evil.org',
    'http://0.0.0.0:5000',
    'https://api.heroku.com.',
    'localhost:5000',
    'ftp://api.heroku.com',
  ])('never sees a token where it is %s', (asked) => {
    expect(() => platformUrl(asked)).toThrow(DeployError);
  });

  test.each(['https://', 'http://[', 'not a host', 'https://api.heroku.com:99999'])(
    'that is no URL is refused in words: %s',
    (asked) => {
      expect(() => platformUrl(asked)).toThrow(`Invalid platform-url: "${asked}" is not a URL.`);
    },
  );

  test('is Heroku’s by TLS or this machine, whatever was asked for', () => {
    const text = fc.oneof(
      fc.string(),
      fc.webUrl({ withFragments: true, withQueryParameters: true }),
      fc
        .tuple(fc.string(), fc.constantFrom('heroku.com', 'localhost'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (asked) => {
        const url = urlOrRefusal(asked);
        const herokus =
          /^https:\/\/([^/]+\.)?(heroku|herokai|herokuspace|herokudev)\.com(:\d+)?\/$/;
        expect(url === undefined || isThisMachine(url) || herokus.test(url.href)).toBe(true);
      }),
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
