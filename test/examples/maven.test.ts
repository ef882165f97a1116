import { testExample } from '../support/example.ts';

testExample({
  name: 'maven',
  runtimes: ['jdk'],
  reason: /maven: Java \S+ \(system\.properties asks for 25\), Maven 3\.9\.4 \(the default\)/,
  install: 'dependency:go-offline',
  change: { file: 'src/main/java/example/Page.java', from: '<h1>It runs', to: '<h1>It still runs' },
  page: '-Xmx300m -Xss512k',
  unwanted: [/\/jmods\//, /\/ct\.sym$/, /\/repository\/org\//],
});
