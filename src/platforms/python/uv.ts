import type { AppFolder } from '../platform.ts';
import { cacheFolder, inOneLayer } from '../run-instruction.ts';
import { pythonFolder, type Recipe } from './recipe.ts';
import { readToml, tableIn, tablesIn } from './toml.ts';

/** The newest release that https://github.com/astral-sh/setup-uv has the checksum of (known-checksums.json). */
const version = '0.12.16';
const checksum = '8e5c6e5523dffc2dcf615bd995554c84c9feb4e577808a3fb8698a639d3f8d9c';

/** Ways in which uv.lock says that a package is part of the project. */
const localSources = ['editable', 'virtual', 'directory', 'path'];

/**
 * uv notes beside a package that is part of the app how old its files were, to know when to build it
 * anew: the dyno never does, and each checkout would make another slug.
 */
const forgetTimes = `find ${pythonFolder}/lib -path '*.dist-info/uv_cache.json' -delete -o -path '*.dist-info/RECORD' -exec sed --in-place '/uv_cache[.]json/d' {} +`;

/** uv. What it installs goes into Python's own folder, as with the others, instead of a `.venv`. */
export function uvRecipe(app: AppFolder): Recipe {
  const packages = tablesIn(readToml(app, 'uv.lock'), 'package');
  const sources = packages.map((entry) => tableIn(entry, 'source'));
  const isPackage = sources.some((source) => source['editable'] === '.');
  const sync = '/opt/uv/uv sync --locked --no-default-groups';
  const syncLocal = inOneLayer([sync, forgetTimes]);
  const sourceFirst = whySourceFirst(app, sources);
  return {
    label: `uv ${version}`,
    folder: '/opt/uv',
    runtime: {
      prefix: 'UV',
      mirror: 'https://releases.astral.sh/github/uv/releases/download',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: '${UV_VERSION}/uv-x86_64-unknown-linux-gnu.tar.gz',
      version,
      checksum,
      folder: '/opt/uv',
      topFolder: true,
      steps: [],
    },
    manifests: [{ sources: ['pyproject.toml', 'uv.lock', 'uv.tom[l]'], target: './' }],
    buildVariables: [
      'UV_DEFAULT_INDEX',
      'UV_INDEX',
      `UV_CACHE_DIR=${cacheFolder}/uv`,
      `UV_PROJECT_ENVIRONMENT=${pythonFolder}`,
      `UV_PYTHON=${pythonFolder}/bin/python`,
      'UV_PYTHON_DOWNLOADS=never',
      'UV_COMPILE_BYTECODE=1',
      'UV_LINK_MODE=copy',
      'UV_NO_PROGRESS=1',
      // Of the image, as every other program does: a company's own authority is among them.
      'UV_SYSTEM_CERTS=1',
    ],
    ...(sourceFirst !== undefined
      ? { install: syncLocal }
      : isPackage
        ? { install: `${sync} --no-install-project`, installApp: syncLocal }
        : { install: sync }),
    sourceFirst,
    settingsFiles: [],
  };
}

function whySourceFirst(
  app: AppFolder,
  sources: readonly Readonly<Record<string, unknown>>[],
): string | undefined {
  const hasParts = sources.some((source) =>
    localSources.some((name) => source[name] !== undefined && source[name] !== '.'),
  );
  if (hasParts) return 'a dependency is part of the app';
  const dynamic = tableIn(readToml(app, 'pyproject.toml'), 'project')['dynamic'];
  return Array.isArray(dynamic) && dynamic.length > 0
    ? 'pyproject.toml takes fields from it ("dynamic")'
    : undefined;
}
