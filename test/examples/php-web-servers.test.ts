import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dockerfileFor } from '../platforms/dockerfile.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine } from '../support/machine.ts';

const image = 'heroku-docker-test-php-web-servers';

/** The base image of a PHP app; the builder has it at hand from the second time on. */
function buildBase(): void {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'Dockerfile'), dockerfileFor({ 'composer.json': '{}' }));
  const runtimes = ['php', 'apache', 'nginx', 'composer'].flatMap(machine.mirror);
  const buildArguments = [`STACK_IMAGE=${machine.stackImage}`, ...runtimes].map(
    (argument) => `--build-arg=${argument}`,
  );
  docker('build', '--quiet', `--tag=${image}`, ...buildArguments, folder);
}

/** An app that tells what PHP was given, and has files that nobody is to see. */
const app = [
  'mkdir deep vendor .well-known',
  `echo '<?php echo getenv("WEB_CONCURRENCY"), " ", ini_get("memory_limit"), " ", $_SERVER["PATH_INFO"] ?? "", " ", $_SERVER["HTTP_AUTHORIZATION"];' >facts.php`,
  `echo '<?php echo "deep";' >deep/index.php`,
  `echo '<?php error_log("written by PHP");' >log.php`,
  'echo secret | tee .env composer.json vendor/library.php >/dev/null',
  'echo known >.well-known/file',
];

interface Visit {
  /** Answers by path: the status and the start of the content. */
  readonly answers: Readonly<Record<string, string>>;
  /** What the server's command ended with, and which processes of it were left. */
  readonly end: string;
  readonly log: string;
}

interface Conditions {
  /** Commands that write more files of the app's. */
  readonly files?: readonly string[];
  /** What has to be in the log before the end: its lines come a moment later. */
  readonly logged?: string;
}

/** Starts a web server on a dyno of 256 MB, asks it, and ends it as Heroku does. */
function visit(
  command: string,
  paths: readonly string[],
  { files = [], logged = '' }: Conditions = {},
): Visit {
  buildBase();
  const script = [
    'source /app/.profile.d/php.sh',
    ...app,
    ...files,
    `${command} 2>/tmp/log & server=$!`,
    'for attempt in {1..100}; do',
    '  curl --silent --output /dev/null localhost:5000 && break; kill -0 $server || break; sleep 0.1',
    'done',
    `for path in ${paths.join(' ')}; do`,
    `  curl --silent --user x:y --output /tmp/answer --write-out "$path %{http_code} " localhost:5000$path`,
    '  head --bytes=60 /tmp/answer | head --lines=1 && echo',
    'done',
    `for attempt in {1..50}; do grep --quiet '${logged}' /tmp/log && break; sleep 0.1; done`,
    'kill -TERM $server; wait $server; echo "=$? $(pgrep --count "php-fpm|nginx|httpd")"',
    'echo =; cat /tmp/log',
  ].join('\n');
  const dyno = ['--memory=256m', '--env=PORT=5000', '--env=DYNO=web.1'];
  const output = docker('run', '--rm', ...dyno, image, 'bash', '-c', script);
  const [answers = '', end = '', log = ''] = output.split('\n=');
  const lines = answers.split('\n').filter((line) => line.startsWith('/'));
  return {
    answers: Object.fromEntries(
      lines.map((line) => [line.split(' ')[0], line.replace(/^\S+ /, '').trim()]),
    ),
    end,
    log,
  };
}

afterAll(() => {
  docker('image', 'rm', '--force', image);
});

describe.each(['apache2', 'nginx'])('heroku-php-%s', (server) => {
  it('runs PHP, with as many processes as have room', () => {
    const paths = ['/facts.php', '/facts.php/more', '/deep/', '/.well-known/file', '/none.php'];
    const { answers } = visit(`heroku-php-${server}`, paths);
    expect(answers).toMatchObject({
      '/facts.php': '200 2 128M  Basic eDp5',
      '/facts.php/more': '200 2 128M /more Basic eDp5',
      '/deep/': '200 deep',
      '/.well-known/file': '200 known',
      '/none.php': expect.stringMatching(/^404 /),
    });
  }, 300_000);

  it('keeps what is not for the public, where the app’s folder is the document root', () => {
    const paths = ['/.env', '/composer.json', '/vendor/library.php'];
    const { answers } = visit(`heroku-php-${server}`, paths);
    expect(Object.values(answers).map((answer) => answer.slice(0, 3))).toEqual([
      '403',
      '403',
      '403',
    ]);
  }, 300_000);

  it('logs to standard error, and ends in order when the dyno does', () => {
    const { log, end } = visit(`heroku-php-${server}`, ['/log.php'], {
      logged: 'written by PHP',
    });
    expect(log).toContain('written by PHP');
    expect(log).not.toMatch(/No such file|Permission denied/);
    expect(end).toBe('143 0');
  }, 300_000);

  it('serves the document root, and takes settings of the app’s own', () => {
    const command = `heroku-php-${server} -F fpm.conf -i own.ini -l log/app.log deep/`;
    const { answers, log } = visit(command, ['/log.php', '/facts.php', '/index.php'], {
      files: [
        'mv facts.php deep/',
        "echo 'php_value[memory_limit] = 64M' >fpm.conf",
        'echo "expose_php = Off" >own.ini',
        `echo '<?php file_put_contents("/app/src/log/app.log", "a line of a log\n", FILE_APPEND);' >deep/log.php`,
      ],
      logged: 'a line of a log',
    });
    expect(answers).toMatchObject({
      '/facts.php': '200 4 64M  Basic eDp5',
      '/index.php': '200 deep',
    });
    expect(log).toContain(`Starting php-fpm with 4 processes, and ${server} on port 5000`);
    expect(log).toContain('a line of a log');
  }, 300_000);

  it('refuses files and folders that are not there', () => {
    expect(visit(`heroku-php-${server} public/`, ['/']).log).toContain(
      'there is no folder public/',
    );
    expect(visit(`heroku-php-${server} -C none.conf`, ['/']).log).toContain('no file none.conf');
  }, 300_000);
});

describe('settings of the app’s own for the web server', () => {
  it('may be written by PHP, and send all that is no file to one place', () => {
    const { answers } = visit('heroku-php-nginx -C nginx.conf.php', ['/pretty/path'], {
      files: [`echo 'location / { try_files $uri /<?= "facts" ?>.php/$uri; }' >nginx.conf.php`],
    });
    expect(answers['/pretty/path']).toMatch(/^200 2 128M \S*pretty\/path/);
  }, 300_000);

  it('are Apache’s too', () => {
    const { answers } = visit('heroku-php-apache2 -C apache.conf', ['/pretty'], {
      files: ["echo 'FallbackResource /facts.php' >apache.conf"],
    });
    expect(answers['/pretty']).toMatch(/^200 2 128M/);
  }, 300_000);
});
