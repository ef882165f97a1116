import { testExample } from '../support/example.ts';

testExample({
  name: 'gradle',
  runtimes: ['jdk', 'gradle'],
  reason: /gradle: Java \S+ \(system\.properties asks for 25\), Gradle \S+ \(\S+ names it\)/,
  install: 'downloadDependencies',
  change: { file: 'src/main/java/example/Page.java', from: '<h1>It runs', to: '<h1>It still runs' },
  page: '-Xmx300m -Xss512k',
  unwanted: [/\/jmods\//, /\/ct\.sym$/, /\/opt\/gradle\//],
});
