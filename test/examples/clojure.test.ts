import { testExample } from '../support/example.ts';

testExample({
  name: 'clojure',
  runtimes: ['jdk', 'lein'],
  reason: /clojure: Java \S+ \(the default\), Leiningen \S+ \(the default\), packed as/,
  install: 'lein with-profile uberjar deps',
  change: { file: 'src/example/page.clj', from: '<h1>It runs', to: '<h1>It still runs' },
  page: 'production',
  unwanted: [/leiningen/, /\.class$/, /\/target\/(?!example-clojure\.jar$|$)/],
});
