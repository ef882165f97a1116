import { describe } from 'vitest';
import { testExample } from '../support/example.ts';
import { copyPhpExample } from '../support/php.ts';

const runtimes = ['php', 'apache', 'nginx', 'composer'];

describe('with Apache', () => {
  testExample({
    name: 'php',
    folder: () => copyPhpExample(),
    runtimes,
    reason:
      /php: PHP \S+ \(composer\.json asks for php \^8\.4\) with Composer \S+; extensions: mbstring/,
    install: 'composer install --no-dev --prefer-dist --no-progress --no-autoloader',
    change: { file: 'src/Page.php', from: '<h1>It runs', to: '<h1>It still runs' },
    page: 'production',
    unwanted: [/\/heroku\/php\/include\//],
  });
});

describe('with nginx, as Procfiles of some age call it', () => {
  testExample({
    name: 'php',
    folder: () =>
      copyPhpExample({
        Procfile: 'web: vendor/bin/heroku-php-nginx -C nginx.conf public/\n',
        'nginx.conf': 'location / { try_files $uri /index.php; }\n',
      }),
    runtimes,
    reason: /php: PHP \S+/,
    install: 'composer install --no-dev --prefer-dist --no-progress --no-autoloader',
    change: { file: 'src/Page.php', from: '<h1>It runs', to: '<h1>It still runs' },
    page: 'production',
  });
});
