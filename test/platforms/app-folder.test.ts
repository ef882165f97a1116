import { describe, expect, it } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { openAppFolder } from '../../src/platforms/app-folder.ts';
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
