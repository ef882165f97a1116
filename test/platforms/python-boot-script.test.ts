import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { dockerfileFor } from './dockerfile.ts';

/** What the environment is after a dyno with this one has sourced the script. */
function boot(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const dockerfile = dockerfileFor({ 'requirements.txt': '' });
  const heredoc = /<<"EOF" \/app\/\.profile\.d\/python\.sh\n(.*?)\nEOF\n/s;
  const print = `${heredoc.exec(dockerfile)?.[1]}\nenv --null`;
  const env = { PATH: process.env['PATH'], LD_LIBRARY_PATH: '', ...environment };
  const lines = execFileSync('bash', ['-euc', print], { env, encoding: 'utf8' }).split('\0');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

describe('the script that a dyno sources at boot', () => {
  it.each([64, 256, 512, 1024, 2560, 14_336, 63_488])(
    'gives %d MB as many processes as have room and keep the processors busy',
    (megabytes) => {
      const processes = Math.min(Math.floor(megabytes / 256), 2 * availableParallelism() + 1);
      expect(boot({ DYNO_RAM: String(megabytes) })['WEB_CONCURRENCY']).toBe(
        String(Math.max(processes, 1)),
      );
    },
  );

  it('finds out the memory where nobody says it', () => {
    expect(Number(boot({})['DYNO_RAM'])).toBeGreaterThan(0);
  });

  it('leaves the app’s config vars as they are', () => {
    expect(boot({ WEB_CONCURRENCY: '7', PYTHONPATH: '/app/src/lib' })).toMatchObject({
      WEB_CONCURRENCY: '7',
      PYTHONPATH: '/app/src/lib',
    });
  });

  it.each([
    ['/app/heroku/python/lib', '/app/heroku/python/lib'],
    ['/app/lib:/app/heroku/python/lib', '/app/lib:/app/heroku/python/lib'],
    ['/app/lib', '/app/heroku/python/lib:/app/lib'],
    ['', '/app/heroku/python/lib'],
  ])('makes sure that Python starts with LD_LIBRARY_PATH=%s', (before, after) => {
    expect(boot({ LD_LIBRARY_PATH: before })['LD_LIBRARY_PATH']).toBe(after);
  });
});
