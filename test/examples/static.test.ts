import { testExample } from '../support/example.ts';

testExample({
  name: 'static',
  runtimes: ['caddy'],
  reason: /static: Caddy \S+, static\.json, files from public/,
  change: { file: 'public/index.html', from: '<h1>It runs', to: '<h1>It still runs' },
  page: 'Caddy',
});
