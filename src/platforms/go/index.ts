import { DeployError } from '../../errors.ts';
import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { runtimeValues } from '../runtime.ts';
import { localModules } from './local-modules.ts';
import { type MainPackage, mainPackages } from './main-packages.ts';
import { moduleFile, readModule } from './module.ts';
import { chooseGoVersion, type GoVersion } from './version.ts';

/** Lockfiles of tools that came before modules: Heroku's buildpack knows them, to refuse them. */
const olderLockfiles = ['Gopkg.lock', 'glide.yaml', 'Godeps/Godeps.json', 'vendor/vendor.json'];

/** Go with modules, built as Heroku's buildpack does it (heroku-buildpack-go, bin/compile). */
export const go: Platform = {
  name: 'go',
  detect: (app) => [moduleFile, ...olderLockfiles].some((file) => app.has(file)),
  plan(app) {
    const module = readModule(app);
    const version = chooseGoVersion(module);
    const packages = mainPackages(app, module);
    if (packages.length === 0) throw nothingToRun();
    const isVendored = app.has('vendor/modules.txt');
    const programs = packages.map(({ program }) => `bin/${program}`).join(', ');
    return {
      summary: `Go ${version.version}`,
      reason: `Go ${version.version} (${version.reason}), ${programs}${isVendored ? ', modules from vendor' : ''}`,
      values: templateValues(app, version, packages, isVendored),
      warnings: version.warnings,
    };
  },
  defaultProcessTypes(app) {
    if (!app.has(moduleFile)) return {};
    const programs = mainPackages(app, readModule(app)).map(({ program }) => program);
    const [only] = programs;
    if (only !== undefined && programs.length === 1) return { web: `bin/${only}` };
    return Object.fromEntries(
      programs.map((program) => [program.replaceAll(/[^\w-]/g, '-'), `bin/${program}`]),
    );
  },
};

function templateValues(
  app: AppFolder,
  version: GoVersion,
  packages: readonly MainPackage[],
  isVendored: boolean,
): TemplateValues {
  return {
    runtime: runtimeValues({
      prefix: 'GO',
      mirror: 'https://dl.google.com/go',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: 'go${GO_VERSION}.linux-amd64.tar.gz',
      version: version.version,
      checksum: version.sha256,
      folder: '/opt/go',
      topFolder: true,
      steps: [],
    }),
    buildFolders: ['/opt/go', ...(isVendored ? [] : ['/opt/modules'])],
    packages: packages.map(({ pattern }) => pattern).join(' '),
    isVendored,
    manifests: isVendored ? [] : manifests(app),
  };
}

/** All that `go mod download` reads: the go.mod of every module that is part of the app. */
function manifests(app: AppFolder) {
  return [
    { sources: `${moduleFile} go.su[m] go.wor[k] go.work.su[m]`, target: './' },
    ...localModules(app).map((folder) => ({
      sources: `${folder}/${moduleFile} ${folder}/go.su[m]`,
      target: `./${folder}/`,
    })),
  ];
}

function nothingToRun(): DeployError {
  return new DeployError(
    'There is no "package main" in this Go module, so nothing to run.',
    `Add one, or name what to build in ${moduleFile}: "// +heroku install ./cmd/…".`,
    { location: { file: moduleFile } },
  );
}
