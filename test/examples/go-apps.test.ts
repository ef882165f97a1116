import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAppFolder } from '../../src/platforms/app-folder.ts';
import { go } from '../../src/platforms/go/index.ts';
import { copyApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';

const apps = join(import.meta.dirname, 'go-apps');
const change = { file: 'main.go', from: 'It runs', to: 'It still runs' };

describe('an app with its modules in vendor', () => {
  testExample({
    name: 'go',
    folder: () => copyApp(join(apps, 'vendored')),
    runtimes: ['go'],
    buildArguments: () => ['GO_LINKER_SYMBOL=main.revision', 'GO_LINKER_VALUE=build 7'],
    reason: 'bin/vendored, modules from vendor',
    change,
    page: 'It runs with a module from vendor, revision build 7',
  });
});

describe('an app of two programs, with a module of its own', () => {
  testExample({
    name: 'go',
    folder: () => copyApp(join(apps, 'programs')),
    runtimes: ['go'],
    reason: 'bin/web, bin/worker',
    install: 'go mod download',
    change: { ...change, file: 'greeting/greeting.go' },
    page: "It runs: Don't communicate by sharing memory",
  });

  it('has both as process types', () => {
    expect(go.defaultProcessTypes(openAppFolder(join(apps, 'programs')))).toEqual({
      web: 'bin/web',
      worker: 'bin/worker',
    });
  });
});

describe('an app that calls C', () => {
  testExample({
    name: 'go',
    folder: () => copyApp(join(apps, 'cgo')),
    runtimes: ['go'],
    reason: 'bin/native',
    install: 'go mod download',
    change,
    page: /It runs with glibc \d/,
  });
});
