import { describe, expect, it } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import {
  detectPlatform,
  findPlatform,
  otherPlatforms,
  platforms,
} from '../../src/platforms/index.ts';
import { ruby } from '../../src/platforms/ruby/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';

const names = platforms.map(({ name }) => name).join(', ');

describe('detectPlatform', () => {
  it('takes a package.json for Node.js', () => {
    expect(detectPlatform(makeApp({ 'package.json': manifestText() })).name).toBe('node');
  });

  it('takes a Gemfile for Ruby, before the package.json of its assets', () => {
    const app = makeApp({ Gemfile: '', 'package.json': manifestText() });
    expect(detectPlatform(app).name).toBe('ruby');
    expect(otherPlatforms(app, ruby).map(({ name }) => name)).toEqual(['node']);
  });

  it('prefers a language to minimal', () => {
    const app = makeApp({ 'package.json': manifestText(), Procfile: 'web: npm start' });
    expect(detectPlatform(app).name).toBe('node');
  });

  it('takes a Procfile alone for minimal', () => {
    expect(detectPlatform(makeApp({ Procfile: 'web: ./server' })).name).toBe('minimal');
  });

  it('refuses a folder that nothing detects, and names the way out', () => {
    const error = refusalOf(() => detectPlatform(makeApp({ 'README.md': '' })));
    expect(error.message).toContain(`no language was detected (tried: ${names})`);
    expect(error.remedy).toContain('template: minimal');
  });

  it('takes a forced template for any folder', () => {
    expect(detectPlatform(makeApp(), 'minimal').name).toBe('minimal');
    expect(detectPlatform(makeApp({ Procfile: '' }), 'node').name).toBe('node');
  });

  it('names the templates where the forced one is unknown', () => {
    const error = refusalOf(() => detectPlatform(makeApp(), 'cobol'));
    expect(error.message).toBe('Unknown template "cobol".');
    expect(error.remedy).toContain(names);
  });
});

describe('findPlatform', () => {
  it('finds none for an app with a Dockerfile of its own', () => {
    expect(findPlatform(makeApp({ Dockerfile: 'FROM scratch' }))).toBeUndefined();
  });

  it('refuses an unknown template too', () => {
    expect(() => findPlatform(makeApp(), 'cobol')).toThrow(DeployError);
  });
});
