import { testExample } from '../support/example.ts';

testExample({
  name: 'go',
  runtimes: ['go'],
  reason: /go: Go \S+ \(go\.mod asks for 1\.26\), bin\/hello/,
  install: 'go mod download',
  change: { file: 'page.go', from: '<h1>It runs', to: '<h1>It still runs' },
  page: /go1\.\d+[\s\S]*processor/,
  unwanted: [/\/pkg\/mod\//, /\/app\/\.(config|cache|netrc)/],
});
