import { testExample } from '../support/example.ts';

testExample({
  name: 'python',
  runtimes: ['python'],
  reason: /python: Python 3\.13\.\d+ \(\.python-version asks for 3\.13\), pip \S+ \(there is/,
  install: 'pip install --requirement',
  change: { file: 'templates/page.html', from: 'It runs', to: 'It still runs' },
  page: /Python<\/th><td>3\.13\.[\s\S]*WEB_CONCURRENCY<\/th><td>2</,
  unwanted: [/\/site-packages\/pip\//, /\/ensurepip\/_bundled\/./],
});
