import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModule, parseWorkspace } from '../../src/platforms/go/module.ts';

describe('parseModule', () => {
  it('reads what a build needs, and where it stands', () => {
    const module = parseModule(
      [
        '// A shop.',
        '// +heroku goVersion go1.25',
        '//+heroku install ./cmd/web ./cmd/worker',
        'module example.com/shop/v2 // the second',
        '',
        'go 1.24.3',
        'toolchain go1.26.1',
        'require (',
        '\tgo.example/go v1.0.0',
        ')',
        'replace (',
        '\texample.com/a v1.0.0 => ./local/a',
        '\texample.com/b => example.com/c v1.2.3',
        ')',
        'replace "example.com/d" => "../d"',
      ].join('\r\n'),
    );
    expect(module).toEqual({
      path: 'example.com/shop/v2',
      go: { value: '1.24.3', location: { file: 'go.mod', line: 6 } },
      toolchain: { value: '1.26.1', location: { file: 'go.mod', line: 7 } },
      herokuVersion: { value: '1.25', location: { file: 'go.mod', line: 2 } },
      herokuInstall: ['./cmd/web', './cmd/worker'],
      localReplacements: [
        { value: './local/a', location: { file: 'go.mod', line: 12 } },
        { value: '../d', location: { file: 'go.mod', line: 15 } },
      ],
    });
  });

  it('reads a block as it reads lines of its own', () => {
    const folder = fc.stringMatching(/^\.\/[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(folder), fc.boolean(), (folders, asBlock) => {
        const lines = folders.map((value, index) => `example.com/m${index} => ${value}`);
        const text = asBlock
          ? ['replace (', ...lines.map((line) => `\t${line}`), ')']
          : lines.map((line) => `replace ${line}`);
        const found = parseModule(['module m', ...text, 'go 1.26'].join('\n'));
        expect(found.localReplacements.map(({ value }) => value)).toEqual(folders);
        expect(found.go?.value).toBe('1.26');
      }),
    );
  });

  it('takes any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => void parseModule(text)));
  });
});

describe('parseWorkspace', () => {
  it('reads the folders of its modules', () => {
    const text = 'go 1.26\n\nuse .\nuse (\n\t./lib // shared\n\t"./tool"\n)\n';
    expect(parseWorkspace(text, 'go.work').map(({ value }) => value)).toEqual([
      '.',
      './lib',
      './tool',
    ]);
  });
});
