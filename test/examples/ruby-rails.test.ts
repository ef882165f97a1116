import { join } from 'node:path';
import { copyApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';

// Its default process type, its assets, and a secret that the dyno makes up.
testExample({
  name: 'ruby',
  folder: () => copyApp(join(import.meta.dirname, 'ruby-apps/rails')),
  runtimes: ['ruby', 'rubygems'],
  reason: 'Gemfile.lock asks for ruby',
  install: 'bundle install',
  change: { file: 'app/views/pages/show.html.erb', from: 'It runs', to: 'It still runs' },
  page: /\/assets\/application-[0-9a-f]+\.css.*Rails 7\.2\.\S+ in production, visit 1/s,
  wanted: [/\/public\/assets\/application-[0-9a-f]+\.css$/, /\/\.profile\.d\/secret-key-base\.sh$/],
  unwanted: [
    /\/bundle\/ruby\/[^/]+\/cache\//,
    /\/src\/tmp\/cache\//,
    /secret_key|\/tmp\/local_secret/,
  ],
});
