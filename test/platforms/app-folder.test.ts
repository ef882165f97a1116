import { describe, expect, it } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { asBuilt, openAppFolder } from '../../src/platforms/app-folder.ts';
import { makeApp } from './app.ts';

describe('openAppFolder', () => {
  it('lists the files at the root, and tells files from folders', () => {
    const app = makeApp({ 'b.txt': '', 'a.txt': '', 'folder/inner.txt': '' });
    expect(app.files).toEqual(['a.txt', 'b.txt']);
    expect(app.has('folder/inner.txt')).toBe(true);
    expect(app.has('folder')).toBe(false);
    expect(app.hasFolder('folder')).toBe(true);
    expect(app.hasFolder('a.txt')).toBe(false);
    expect(app.has('none')).toBe(false);
  });

  it('reads without a byte order mark', () => {
    const app = makeApp({ 'package.json': '\uFEFF{}' });
    expect(app.read('package.json')).toBe('{}');
  });

  it('reads nothing where there is no file', () => {
    const app = makeApp({ 'folder/file': '' });
    expect(app.read('none')).toBeUndefined();
    expect(app.read('folder')).toBeUndefined();
    expect(app.read('folder/file/deeper')).toBeUndefined();
  });

  it('says which folder is not there', () => {
    expect(() => openAppFolder('/no/such/folder')).toThrow(DeployError);
    expect(() => openAppFolder('/no/such/folder')).toThrow('/no/such/folder');
  });
});

describe('an app’s folder as it is built', () => {
  it('lacks what .slugignore names', () => {
    const app = asBuilt(
      makeApp({
        '.slugignore': 'yarn.lock\n/docs\n*.csproj\n',
        'yarn.lock': '',
        'package.json': '{}',
        'docs/index.html': '',
        'site/docs/index.html': '',
        'a/b/c.csproj': '',
      }),
    );
    expect(app.files).toEqual(['.slugignore', 'package.json']);
    expect(app.has('./yarn.lock')).toBe(false);
    expect(app.read('yarn.lock')).toBeUndefined();
    expect(app.hasFolder('docs/')).toBe(false);
    expect(app.has('docs/index.html')).toBe(false);
    expect(app.has('a/b/c.csproj')).toBe(false);
    expect(app.has('site/docs/index.html')).toBe(true);
    expect(app.read('package.json')).toBe('{}');
    expect(app.hasFolder('a/b')).toBe(true);
    expect(app.hasFolder('.')).toBe(true);
  });

  it('is the folder itself where there is no .slugignore', () => {
    const app = asBuilt(makeApp({ 'package.json': '{}' }));
    expect(app.files).toEqual(['package.json']);
    expect(app.read('package.json')).toBe('{}');
  });
});
