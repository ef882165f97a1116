import { join } from 'node:path';
import { copyApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';

// A gem that is part of the app, and a script of its page built with Node.js.
testExample({
  name: 'ruby',
  folder: () => copyApp(join(import.meta.dirname, 'ruby-apps/own-gem')),
  runtimes: ['ruby', 'rubygems', 'node'],
  reason: /Gemfile\.lock asks for ruby .*; assets: Node\.js /,
  change: { file: 'config.ru', from: 'It runs', to: 'It still runs' },
  page: /It runs.*a gem of its own.*built = "with Node\.js"/s,
  unwanted: [/\/node_modules\/esbuild\//, /\/bundle\/ruby\/[^/]+\/cache\//],
});
