import { join } from 'node:path';
import { describe } from 'vitest';
import { copyApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';

const appIn = (name: string) => () => copyApp(join(import.meta.dirname, 'python-apps', name));
const change = { file: 'app.py', from: 'It runs', to: 'It still runs' };

// What only the development of these apps needs.
const unwanted = [/\/site-packages\/iniconfig\//];

describe('an app that is a package, with uv', () => {
  testExample({
    name: 'python',
    folder: appIn('uv'),
    runtimes: ['python', 'uv'],
    reason: /Python 3\.13\.\d+ \(\.python-version asks for 3\.13\), uv \S+ \(uv\.lock is uv's\)/,
    install: '--no-install-project',
    change: { ...change, file: 'it_runs/__init__.py' },
    page: 'It runs on Python 3.13',
    unwanted,
  });
});

describe('an app with Poetry', () => {
  testExample({
    name: 'python',
    folder: appIn('poetry'),
    runtimes: ['python'],
    reason: /poetry \S+ \(poetry\.lock is poetry's\)/,
    install: 'poetry sync --only main',
    change,
    page: 'It runs on Python 3.13',
    unwanted: [...unwanted, /\/site-packages\/poetry\//],
  });
});

describe('an app with Pipenv, which starts it', () => {
  testExample({
    name: 'python',
    folder: appIn('pipenv'),
    runtimes: ['python'],
    reason: /Python 3\.13\.\d+ \(Pipfile\.lock asks for 3\.13\), pipenv/,
    install: 'pipenv install --deploy',
    change,
    page: 'It runs on Python 3.13',
    unwanted,
  });
});
