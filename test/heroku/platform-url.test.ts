import { describe, expect, test } from 'vitest';
import { platformUrl } from '../../src/heroku/platform-url.ts';

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

  test.each(['https://', 'http://[', 'not a host', 'https://api.heroku.com:99999'])(
    'that is no URL is refused in words: %s',
    (asked) => {
      expect(() => platformUrl(asked)).toThrow(`Invalid platform-url: "${asked}" is not a URL.`);
    },
  );
});
