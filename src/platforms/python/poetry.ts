import type { AppFolder } from '../platform.ts';
import { cacheFolder } from '../run-instruction.ts';
import { bundledPip, indexVariables, pipVariables, type Recipe } from './recipe.ts';
import { readToml, tableIn, tablesIn } from './toml.ts';

/** What Heroku's buildpack installs (heroku-buildpack-python v351, requirements/poetry.txt). */
const version = '2.4.1';

/** Poetry. It has a virtual environment of its own, and installs into Python's folder. */
export function poetryRecipe(app: AppFolder): Recipe {
  const packages = tablesIn(readToml(app, 'poetry.lock'), 'package');
  const hasParts = packages.some((entry) =>
    ['directory', 'file'].includes(String(tableIn(entry, 'source')['type'])),
  );
  const settings = tableIn(tableIn(readToml(app, 'pyproject.toml'), 'tool'), 'poetry');
  const isPackage = settings['package-mode'] !== false;
  const sync = '/opt/poetry/bin/poetry sync --only main --compile --no-ansi --no-interaction';
  return {
    label: `poetry ${version}`,
    folder: '/opt/poetry',
    steps: [
      'python -m venv --without-pip /opt/poetry',
      `${bundledPip} --python /opt/poetry/bin/python install --quiet poetry==${version}`,
    ],
    manifests: [{ sources: ['pyproject.toml', 'poetry.lock', 'poetry.tom[l]'], target: './' }],
    buildVariables: [
      ...indexVariables,
      ...pipVariables,
      `POETRY_CACHE_DIR=${cacheFolder}/poetry`,
      'POETRY_VIRTUALENVS_CREATE=false',
    ],
    install: isPackage && !hasParts ? `${sync} --no-root` : sync,
    installApp: isPackage && !hasParts ? sync : undefined,
    sourceFirst: hasParts ? 'a dependency is part of the app' : undefined,
    settingsFiles: [],
  };
}
