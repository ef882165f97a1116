import { testExample } from '../support/example.ts';

testExample({
  name: 'scala',
  runtimes: ['jdk'],
  reason: /scala: Java \S+ \(the default\), sbt \S+ \(project\/build\.properties\)/,
  install: 'sbt update',
  change: { file: 'src/main/scala/Page.scala', from: 'It runs', to: 'It still runs' },
  page: '<th>Scala</th><td>3.8.',
  unwanted: [/\/scala3-compiler/, /\/target\/(?!universal\/|$)/, /\.bat$/, /\/opt\/jdk\//],
});
