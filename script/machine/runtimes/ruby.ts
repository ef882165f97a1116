import { join } from 'node:path';
import { debianRubyVersion, moveRuby, unpackRuby } from '../packages/ruby.ts';
import type { Packer } from './packer.ts';

/** Ruby, as Heroku lays it out for its buildpack: with a folder for each stack, here for Debian 13. */
const ruby: Packer = {
  vendor:
    'https://heroku-buildpack-ruby.s3.dualstack.us-east-1.amazonaws.com/heroku-24/amd64/ruby-3.3.9.tgz',
  defaultVersion: '3.3',
  resolve: debianRubyVersion,
  download: (version) => ({
    path: `heroku-13/amd64/ruby-${version}.tgz`,
    withoutTopFolder: true,
    assemble(work) {
      const folder = join(work, 'ruby');
      unpackRuby(join(work, 'debian'));
      moveRuby(join(work, 'debian'), folder, '/app/heroku/ruby');
      return folder;
    },
  }),
};

export default ruby;
