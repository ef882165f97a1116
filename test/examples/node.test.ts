import { testExample } from '../support/example.ts';

testExample({
  name: 'node',
  runtimes: ['node'],
  reason: /node: Node\.js \S+ \(package\.json asks for 24\.x\), npm/,
  install: 'npm ci',
  change: { file: 'src/page.ts', from: 'It runs', to: 'It still runs' },
  page: 'production',
  unwanted: [/\/node_modules\/typescript\//, /\/include\/node\//],
});
