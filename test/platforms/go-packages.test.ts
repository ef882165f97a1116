import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asBuilt } from '../../src/platforms/app-folder.ts';
import { holds, isBuiltByName } from '../../src/platforms/go/build-constraint.ts';
import { go } from '../../src/platforms/go/index.ts';
import { makeApp, refusalOf } from './app.ts';
import { dockerfileFor, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const main = 'package main\n\nfunc main() {}\n';
const moduleText = (path = 'example.com/app', ...lines: string[]) =>
  [`module ${path}`, 'go 1.26', ...lines].join('\n');
const processTypes = (files: Files, module = moduleText()) =>
  go.defaultProcessTypes(makeApp({ 'go.mod': module, ...files }));

describe('the default process types', () => {
  it.each([
    ['example.com/app', 'app'],
    ['example.com/shop/v2', 'shop'],
    ['example.com/shop/v1', 'v1'],
    ['gopkg.in/shop.v3', 'shop.v3'],
    ['app', 'app'],
  ])('name the program of module %s %s', (path, program) => {
    expect(processTypes({ 'main.go': main }, moduleText(path))).toEqual({ web: `bin/${program}` });
  });

  it('find one program in a folder', () => {
    expect(processTypes({ 'cmd/server/main.go': main, 'lib.go': 'package app\n' })).toEqual({
      web: 'bin/server',
    });
  });

  it('leave out what .slugignore keeps out of the build', () => {
    const files = { 'go.mod': moduleText(), 'main.go': main, 'tools/gen/main.go': main };
    const app = asBuilt(makeApp({ ...files, '.slugignore': 'tools\n' }));
    expect(go.defaultProcessTypes(app)).toEqual({ web: 'bin/app' });
  });

  it('name each of several programs by itself', () => {
    expect(processTypes({ 'cmd/web/main.go': main, 'cmd/mail.er/main.go': main })).toEqual({
      'mail-er': 'bin/mail.er',
      web: 'bin/web',
    });
  });

  it('leave out what is not built for a dyno', () => {
    const others: Files = {
      'tool/generate.go': `//go:build ignore\n\n${main}`,
      'tray/tray_windows.go': main,
      'tray/tray_darwin_arm64.go': main,
      'check/main_test.go': main,
      'testdata/main.go': main,
      '_old/main.go': main,
      'vendor/example.com/x/main.go': main,
      'other/go.mod': moduleText('example.com/other'),
      'other/main.go': main,
      'docs/doc.go': '/*\npackage main\n*/\npackage docs\n',
    };
    expect(processTypes({ ...others, 'main.go': `// Server.\n/* Of pages. */ ${main}` })).toEqual({
      web: 'bin/app',
    });
  });

  it.each([
    ['./cmd/web', { web: 'bin/web' }],
    ['./cmd/...', { web: 'bin/web', worker: 'bin/worker' }],
    ['example.com/app/cmd/worker', { web: 'bin/worker' }],
    ['./cmd/web example.com/tools/migrate', { web: 'bin/web', migrate: 'bin/migrate' }],
    ['. ./...', { app: 'bin/app', web: 'bin/web', worker: 'bin/worker' }],
  ])('follow "// +heroku install %s"', (patterns, expected) => {
    const files = { 'main.go': main, 'cmd/web/a.go': main, 'cmd/worker/a.go': main };
    const module = moduleText('example.com/app', `// +heroku install ${patterns}`);
    expect(processTypes(files, module)).toEqual(expected);
  });

  it('are none for what is no module', () => {
    expect(go.defaultProcessTypes(makeApp({ 'Gopkg.lock': '' }))).toEqual({});
  });
});

describe('the build', () => {
  const triggers = (files: Files) => triggersOf(dockerfileFor({ 'main.go': main, ...files }));
  const install = [
    'RUN go install -v -tags heroku',
    `\${GO_LINKER_SYMBOL:+-ldflags "-X '\${GO_LINKER_SYMBOL}=\${GO_LINKER_VALUE}'"}`,
    `\${GO_INSTALL_PACKAGE_SPEC}`,
  ].join(' ');

  it('downloads the modules before it has the source', () => {
    expect(triggers({ 'go.mod': moduleText() })).toEqual([
      'COPY --chown=1000:1000 go.mod go.su[m] go.wor[k] go.work.su[m] ./',
      'RUN go mod download',
      'COPY --chown=1000:1000 . ./',
      install,
    ]);
  });

  it('downloads nothing where the modules are part of the app', () => {
    const files = { 'go.mod': moduleText(), 'vendor/modules.txt': '' };
    expect(triggers(files)).toEqual([
      'COPY --chown=1000:1000 . ./',
      install.replace('-v', '-v -mod=vendor'),
    ]);
  });

  it('has the go.mod of every module of the app at hand for the download', () => {
    const files = {
      'go.mod': moduleText('example.com/app', 'replace example.com/a => ./a'),
      'go.work': 'go 1.26\nuse (\n\t.\n\t./tools/b\n)\n',
      'a/go.mod': moduleText('example.com/a'),
      'tools/b/go.mod': moduleText('example.com/b', 'replace example.com/c => ../c'),
      'tools/c/go.mod': moduleText('example.com/c'),
    };
    expect(triggers(files).filter((line) => line.includes('/go.mod'))).toEqual([
      'COPY --chown=1000:1000 tools/b/go.mod tools/b/go.su[m] ./tools/b/',
      'COPY --chown=1000:1000 a/go.mod a/go.su[m] ./a/',
      'COPY --chown=1000:1000 tools/c/go.mod tools/c/go.su[m] ./tools/c/',
    ]);
  });

  it('names the packages, for a build argument to name others', () => {
    const files = { 'go.mod': moduleText(), 'cmd/worker/main.go': main };
    expect(dockerfileFor({ 'main.go': main, ...files })).toContain(
      'ONBUILD ARG GO_INSTALL_PACKAGE_SPEC=". ./cmd/worker"',
    );
  });
});

describe('a module', () => {
  const plan = (files: Files) => go.plan(makeApp(files));

  it('without a program is refused', () => {
    const files = { 'go.mod': moduleText(), 'lib.go': 'package app\n' };
    expect(refusalOf(() => plan(files)).message).toContain('There is no "package main"');
  });

  it.each(['../shared', './gone'])('that needs %s, which is not there, is refused', (folder) => {
    const module = moduleText('example.com/app', `replace example.com/x => ${folder}`);
    const error = refusalOf(() => plan({ 'go.mod': module, 'main.go': main }));
    expect(error.message).toContain(`go.mod has a module in the folder ${folder}`);
    expect(error.location).toEqual({ file: 'go.mod', line: 3 });
  });

  it('is asked for where an older tool’s lockfile is all there is', () => {
    const app = makeApp({ 'Gopkg.lock': '' });
    expect(go.detect(app)).toBe(true);
    expect(refusalOf(() => go.plan(app)).remedy).toContain('go mod init');
  });
});

describe('isBuiltByName', () => {
  it.each([
    ['main.go', true],
    ['main_linux.go', true],
    ['main_linux_amd64.go', true],
    ['main_amd64.go', true],
    ['windows.go', true],
    ['main_unix.go', true],
    ['main_windows.go', false],
    ['main_windows_amd64.go', false],
    ['main_linux_arm64.go', false],
    ['main_test.go', false],
    ['_main.go', false],
    ['.main.go', false],
    ['main.txt', false],
  ])('says of %s: %s', (name, expected) => {
    expect(isBuiltByName(name)).toBe(expected);
  });
});

describe('holds', () => {
  it.each([
    ['linux && amd64', true],
    ['!windows', true],
    ['ignore', false],
    ['heroku || (darwin && cgo)', true],
    ['!(linux || darwin)', false],
    ['go1.21', true],
    ['windows || darwin && linux', false],
  ])('says of "%s": %s', (expression, expected) => {
    expect(holds(expression)).toBe(expected);
  });

  it('evaluates as any other language would', () => {
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom('linux', 'windows'),
        tie('expression').map((inner) => `!(${inner})`),
        fc
          .tuple(tie('expression'), tie('expression'))
          .map(([one, other]) => `(${one}) && ${other}`),
        fc
          .tuple(tie('expression'), tie('expression'))
          .map(([one, other]) => `${one} || (${other})`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) => {
        const same = text.replaceAll('linux', 'true').replaceAll('windows', 'false');
        expect(holds(text)).toBe(new Function(`return ${same}`)());
      }),
    );
  });
});
