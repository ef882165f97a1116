import type { AppFolder, Notice, Platform, TemplateValues } from '../platform.ts';
import { inOneLayer, runMounts } from '../run-instruction.ts';
import { type Runtime, runtimeValues } from '../runtime.ts';
import { archivePath, chooseExtensions, type Extensions } from './extensions.ts';
import { whySourceFirst } from './install-order.ts';
import { lockName, type Manifest, manifestName, readManifest } from './manifest.ts';
import { choosePhpVersion } from './version.ts';

/** What Heroku's buildpack installs beside PHP (its releases v293 and v294). */
const apacheVersion = '2.4.68';
const nginxVersion = '1.30.4';
const composerVersion = '2.9.8';

/** PHP with Apache or nginx, built as Heroku's buildpack does it (heroku-buildpack-php, bin/compile). */
export const php: Platform = {
  name: 'php',
  detect: (app) => app.has(manifestName) || app.has('index.php'),
  plan(app) {
    const manifest = readManifest(app);
    const { version, reason, warnings } = choosePhpVersion(manifest);
    const extensions = chooseExtensions(manifest, version);
    const composer = manifest.isThere ? ` with Composer ${composerVersion}` : '';
    return {
      summary: `PHP ${version}${composer}`,
      reason: `PHP ${version} (${reason})${composer}${extensionsReason(extensions)}`,
      values: templateValues(app, manifest, version, extensions),
      warnings: [...warnings, ...lockWarnings(manifest), ...assetWarnings(app)],
    };
  },
  defaultProcessTypes: () => ({ web: 'heroku-php-apache2' }),
};

function extensionsReason({ loaded }: Extensions): string {
  return loaded.length === 0 ? '' : `; extensions: ${loaded.join(', ')}`;
}

function lockWarnings(manifest: Manifest): Notice[] {
  const hasLibraries = Object.keys(manifest.require).some((name) => name.includes('/'));
  if (manifest.isLocked || !hasLibraries) return [];
  return [
    {
      message: `There is no ${lockName}: every build takes the newest versions that ${manifestName} allows. Commit what "composer update" writes.`,
      location: { file: manifestName },
    },
  ];
}

/** As with Heroku's buildpack for PHP alone, which has no Node.js either. */
function assetWarnings(app: AppFolder): Notice[] {
  const [, script] = /"(heroku-postbuild|build)"\s*:/.exec(app.read('package.json') ?? '') ?? [];
  if (script === undefined) return [];
  return [
    {
      message: `The script "${script}" is not run, as there is no Node.js in a PHP app: run it before this step, or commit what it makes.`,
      location: { file: 'package.json' },
    },
  ];
}

function templateValues(
  app: AppFolder,
  manifest: Manifest,
  version: string,
  extensions: Extensions,
): TemplateValues {
  const sourceFirst = whySourceFirst(manifest);
  const { vendorFolder, binFolder } = manifest;
  const isInstalledFirst = manifest.isThere && sourceFirst === undefined;
  return {
    runtimes: runtimes(manifest, version, extensions).map(runtimeValues),
    runtimeFolders: ['/app/heroku/php'],
    extensions: extensions.loaded.join(' '),
    vendorFolder,
    binFolder,
    hasComposer: manifest.isThere,
    sourceFirst,
    manifests: isInstalledFirst && [
      {
        sources: manifest.isLocked ? `${manifestName} ${lockName}` : manifestName,
        target: './',
      },
    ],
    // The secret's value is what private repositories ask for: https://getcomposer.org/doc/03-cli.md#composer-auth
    mounts: runMounts({ cache: 'composer', secrets: ['COMPOSER_AUTH'] }),
    firstInstall: isInstalledFirst && `${installCommand} --no-autoloader --no-scripts`,
    install: inOneLayer(buildCommands(app, manifest)),
  };
}

const installCommand = 'composer install --no-dev --prefer-dist --no-progress';

/** The same install once more: libraries that are there stay, and now the app's own code is too. */
function buildCommands(app: AppFolder, manifest: Manifest): string[] {
  if (!manifest.isThere) return [];
  return [
    `${installCommand} --optimize-autoloader`,
    ...(manifest.scripts.includes('compile') ? ['composer run-script --no-dev compile'] : []),
    ...bootLinks(app, manifest),
  ];
}

/** Procfiles of some age have the path that a library once had: `vendor/bin/heroku-php-nginx`. */
function bootLinks(app: AppFolder, { binFolder }: Manifest): string[] {
  const procfile = app.read('Procfile') ?? '';
  if (!procfile.includes(`${binFolder}/heroku-php-`)) return [];
  return [
    `mkdir -p ${binFolder}`,
    `ln --symbolic --force /app/heroku/php/bin/heroku-php-* ${binFolder}/`,
  ];
}

/** `heroku-24-amd64`, by the release of the stack's system. That of heroku-22 is for amd64 alone. */
const stackFolder =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  'heroku-$(. /etc/os-release && echo "${VERSION_ID%.*}-amd64" | sed s,22-amd64,22,)';

/** All from one place, and all unpacked into one folder, as their paths to each other want it. */
function runtimes(manifest: Manifest, version: string, extensions: Extensions): Runtime[] {
  const archive = (prefix: string, archiveVersion: string, path: string): Runtime => ({
    prefix,
    mirror: 'https://heroku-buildpack-php.s3.dualstack.us-east-1.amazonaws.com',
    path: `dist-${stackFolder}-stable/${path}`,
    version: archiveVersion,
    checksum: undefined,
    folder: '/app/heroku/php',
    topFolder: false,
    steps: [],
  });
  const program = (name: string, programVersion: string) =>
    archive(name.toUpperCase(), programVersion, `${name}-\${${name.toUpperCase()}_VERSION}.tar.gz`);
  return [
    program('php', version),
    ...extensions.archives.map(({ name, version: extensionVersion }) => {
      const prefix = `EXT_${name.toUpperCase()}`;
      return archive(prefix, extensionVersion, archivePath(name, `\${${prefix}_VERSION}`, version));
    }),
    program('apache', apacheVersion),
    program('nginx', nginxVersion),
    ...(manifest.isThere ? [program('composer', composerVersion)] : []),
  ];
}
