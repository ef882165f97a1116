import type { ManifestCopy } from '../node/recipe.ts';
import { cacheFolder } from '../run-instruction.ts';
import type { Runtime } from '../runtime.ts';

/** How one package manager does what every one of them does. */
export interface Recipe {
  /** Name and version: `poetry 2.4.1`. */
  readonly label: string;
  /** Its program, where its vendor has one that runs by itself. */
  readonly runtime?: Runtime;
  /** Where it is. */
  readonly folder: string;
  /** Commands that install it from the Python package index, with the pip that Python comes with. */
  readonly steps?: readonly string[];
  /** `NAME=value`, set at build and at run time. */
  readonly environment?: readonly string[];
  /** A folder of programs that the dyno has as well. */
  readonly programs?: string;
  /** All that the install reads, where no dependency is part of the app. */
  readonly manifests: readonly ManifestCopy[];
  /** `NAME=value`, set while the app is built and not on the dyno. */
  readonly buildVariables: readonly string[];
  /** Installs the dependencies that the app runs with into Python's own folder, compiled. */
  readonly install: string;
  /** Does so for the app itself as well, where it is a package. */
  readonly installApp?: string | undefined;
  /** Why the install has to have the whole source at hand, as a clause that follows "because". */
  readonly sourceFirst?: string | undefined;
  /** Files that may name environment variables with a registry's password in them. */
  readonly settingsFiles: readonly string[];
}

/** Where Python is, at build and at run time. */
export const pythonFolder = '/app/heroku/python';

/** The pip that comes with Python, unpacked; gone when the package manager is installed. */
export const bundledPip = 'python /tmp/pip/pip';

/** Where compilers find Python's headers, for packages that are built from source. */
export const compilerVariables: readonly string[] = [
  `C_INCLUDE_PATH=${pythonFolder}/include`,
  `CPLUS_INCLUDE_PATH=${pythonFolder}/include`,
  `PKG_CONFIG_PATH=${pythonFolder}/lib/pkgconfig`,
];

/** Settings of pip, which all but uv install with. */
export const pipVariables: readonly string[] = [
  `PIP_CACHE_DIR=${cacheFolder}/pip`,
  `PIP_SRC=${pythonFolder}/src`,
  'PIP_DISABLE_PIP_VERSION_CHECK=1',
  'PIP_NO_INPUT=1',
  'PIP_PROGRESS_BAR=off',
];

/** Build arguments that name another index than PyPI. */
export const indexVariables: readonly string[] = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL'];
