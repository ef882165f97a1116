import { join } from 'node:path';
import { stackSuite, unpackDebian, unpackDebianSource } from '../packages/debian.ts';
import { runRuby, unpackRuby } from '../packages/ruby.ts';
import type { Packer } from './packer.ts';

/** What the examples need, with all that those need in turn and do not have from Ruby itself. */
const packages = [
  'ruby-bundler',
  ...['puma', 'ruby-nio4r', 'ruby-rackup', 'ruby-webrick'],
  ...['ruby-sinatra', 'ruby-mustermann', 'ruby-rack', 'ruby-rack-protection', 'ruby-rack-session'],
  ...['ruby-ruby2-keywords', 'ruby-tilt'],
  ...['ruby-railties', 'ruby-actionpack', 'ruby-actionview', 'ruby-activesupport'],
  ...['rake', 'ruby-builder', 'ruby-concurrent', 'ruby-connection-pool', 'ruby-crass'],
  ...[
    'ruby-erubi',
    'ruby-i18n',
    'ruby-loofah',
    'ruby-mini-portile2',
    'ruby-minitest',
    'ruby-nokogiri',
  ],
  ...['ruby-rack-test', 'ruby-rails-dom-testing', 'ruby-rails-html-sanitizer'],
  ...['ruby-rails-propshaft', 'ruby-thor', 'ruby-tzinfo', 'ruby-useragent', 'ruby-zeitwerk'],
];

/** A gem server with the gems of the stand-ins' Debian, laid out as https://rubygems.org is. */
const rubygems: Packer = {
  vendor: 'https://rubygems.org/info/puma',
  defaultVersion: stackSuite,
  resolve: (version) => version,
  download: (version) => ({
    path: 'versions',
    isFolder: true,
    assemble(work) {
      const root = join(work, 'debian');
      unpackRuby(root);
      unpackDebian(version, packages, root);
      const source = join(work, 'puma');
      const sources = unpackDebianSource(version, 'puma', source) ? [`puma=${source}`] : [];
      const folder = join(work, 'rubygems');
      runRuby(root, join(import.meta.dirname, '../packages/gems.rb'), [folder, root, ...sources]);
      return folder;
    },
  }),
};

export default rubygems;
