import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/platforms/node/manifest.ts';
import { makeApp, refusalOf } from './app.ts';

const refusal = (files: Readonly<Record<string, string>>) =>
  refusalOf(() => readManifest(makeApp(files)));
const refusalOfText = (text: string) => refusal({ 'package.json': text });

describe('readManifest', () => {
  it('says that there is none', () => {
    expect(refusal({}).message).toContain('has no package.json');
  });

  it('names the line of a syntax error', () => {
    const error = refusalOfText('{\n  "name": "app",\n  "version": \n}\n');
    expect(error.message).toContain('package.json, line 4');
    expect(error.location).toEqual({ file: 'package.json', line: 4 });
  });

  it('names the last line where the text ends too early', () => {
    expect(refusalOfText('{\n  "name":\n').location?.line).toBe(2);
    expect(refusalOfText('').location?.line).toBe(1);
  });

  it.each(['[]', '"text"', 'null'])('refuses %s, which is no object', (text) => {
    expect(refusalOfText(text).message).toContain('no JSON object');
  });

  it('leaves out values of the wrong type', () => {
    const text =
      '{"engines": {"node": 24}, "scripts": "x", "packageManager": {}, "dependencies": []}';
    expect(readManifest(makeApp({ 'package.json': text }))).toMatchObject({
      engines: {},
      scripts: {},
      packageManager: undefined,
      dependencySources: [],
    });
  });

  it('collects where dependencies come from, nested overrides too', () => {
    const text = JSON.stringify({
      dependencies: { a: '^1.0.0' },
      devDependencies: { b: 'file:../b' },
      overrides: { c: { '.': '2.0.0', d: 'link:d' } },
    });
    expect(readManifest(makeApp({ 'package.json': text })).dependencySources).toEqual([
      '^1.0.0',
      'file:../b',
      '2.0.0',
      'link:d',
    ]);
  });
});
