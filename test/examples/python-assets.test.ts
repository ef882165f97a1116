import { join } from 'node:path';
import { describe } from 'vitest';
import { copyApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';

const appIn = (name: string) => () => copyApp(join(import.meta.dirname, 'python-apps', name));

describe('a Django app', () => {
  testExample({
    name: 'python',
    folder: appIn('django'),
    runtimes: ['python'],
    reason: /pip \S+ \(there is a requirements\.txt\)/,
    install: 'pip install --requirement',
    change: { file: 'project/urls.py', from: 'It runs', to: 'It still runs' },
    // The name has a hash in it only where the static files were collected.
    page: /static\/style\.[0-9a-f]{12}\.css">It runs on Python 3\.13/,
  });
});

describe('a Python app with a package.json', () => {
  testExample({
    name: 'python',
    folder: appIn('assets'),
    runtimes: ['python', 'node'],
    reason: /pip \S+ \(there is a requirements\.txt\); for the assets Node\.js \S+ .* npm/,
    install: 'npm ci',
    change: { file: 'app.py', from: 'It runs', to: 'It still runs' },
    page: /<style>body \{\s+margin: 3rem auto;\s+\}\s*<\/style> It runs/,
    unwanted: [/\/node_modules\/sass\//],
  });
});
