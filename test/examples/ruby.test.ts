import { testExample } from '../support/example.ts';

testExample({
  name: 'ruby',
  runtimes: ['ruby', 'rubygems'],
  reason: /ruby: Gemfile\.lock asks for ruby \S+; Bundler \S+ \(BUNDLED WITH\)/,
  install: 'bundle install',
  change: { file: 'views/page.erb', from: 'It runs', to: 'It still runs' },
  page: 'production',
  // Compiled by the build, not by whoever made the gem.
  wanted: [
    /\/extensions\/.*\/puma-[^/]+\/gem\.build_complete$/,
    /\/gems\/puma-[^/]+\/lib\/puma\/puma_http11\.so$/,
  ],
  unwanted: [
    ...[/\/rack-test/, /\/ruby\/include\/./, /\/bundle\/ruby\/[^/]+\/cache\//],
    ...[/mkmf\.log$/, /\/ext\/.*\/Makefile$/],
  ],
});
