import type { AppFolder } from '../platform.ts';
import { cacheFolder } from '../run-instruction.ts';
import { bundledPip, indexVariables, pipVariables, pythonFolder, type Recipe } from './recipe.ts';

/** What Heroku's buildpack installs (heroku-buildpack-python v351, requirements/pipenv.txt). */
const version = '2026.7.1';
const folder = '/app/heroku/pipenv';

/** Pipenv. Processes start with it at times ("pipenv run web"), so that the dyno has it as well. */
export function pipenvRecipe(app: AppFolder): Recipe {
  return {
    label: `pipenv ${version}`,
    folder,
    steps: [
      `python -m venv --without-pip ${folder}/venv`,
      `${bundledPip} --python ${folder}/venv/bin/python install --quiet pipenv==${version}`,
      // For virtual environments with a pip in them, of which it makes none here.
      `rm ${folder}/venv/lib/python3.*/site-packages/virtualenv/seed/wheels/embed/*.whl`,
      // Its other programs, Python among them, are not the app's. And with PYTHONHOME, which the dyno
      // has, Python 3.14 does not see that it is in a virtual environment (Lib/site.py).
      `install --directory ${folder}/bin`,
      `printf '#!/bin/sh\\nexec env --unset=PYTHONHOME %s "$@"\\n' ${folder}/venv/bin/pipenv \\\n      > ${folder}/bin/pipenv`,
      `chmod +x ${folder}/bin/pipenv`,
    ],
    environment: ['PIPENV_SYSTEM=1', 'PIPENV_VERBOSITY=-1', `VIRTUAL_ENV=${pythonFolder}`],
    programs: `${folder}/bin`,
    manifests: [{ sources: ['Pipfile', 'Pipfile.lock'], target: './' }],
    buildVariables: [
      ...indexVariables,
      ...pipVariables,
      `PIPENV_CACHE_DIR=${cacheFolder}/pipenv`,
      'PIPENV_NOSPIN=1',
    ],
    install: 'pipenv install --deploy',
    sourceFirst: hasParts(app) ? 'a dependency is part of the app' : undefined,
    settingsFiles: ['Pipfile'],
  };
}

/** Whether the lockfile has packages with a path, or a file without an address. */
function hasParts(app: AppFolder): boolean {
  return /"path":|"file": "(?!https?:)/.test(app.read('Pipfile.lock') ?? '');
}
