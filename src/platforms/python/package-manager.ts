import { DeployError } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';

const packageManagerNames = ['uv', 'poetry', 'pipenv', 'pip'] as const;
export type PackageManagerName = (typeof packageManagerNames)[number];

/** The file that each installs from, the one that is read first where there are several. */
export const dependencyFiles: Readonly<Record<PackageManagerName, string>> = {
  uv: 'uv.lock',
  poetry: 'poetry.lock',
  pipenv: 'Pipfile.lock',
  pip: 'requirements.txt',
};

/** Files of Python projects from which alone no install can be repeated. */
const projectFiles = ['pyproject.toml', 'Pipfile', 'setup.py'];

/** Commands of a Procfile that only a Python app has. */
const pythonCommand =
  /\b(python3?|gunicorn|uvicorn|hypercorn|daphne|waitress-serve|uwsgi|celery|flask|fastapi|streamlit|uv run|poetry run|pipenv run)\b/;

/** Which package manager builds an app, and what says so. */
export interface PackageManagerChoice {
  readonly name: PackageManagerName;
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/**
 * Whether the folder holds a Python app. Without a file to install from, which `plan` refuses, it
 * does only if its Procfile starts Python: a pyproject.toml is in many a project of another language.
 */
export function isPythonApp(app: AppFolder): boolean {
  if (foundIn(app).length > 0) return true;
  return (
    projectFiles.some((file) => app.has(file)) && pythonCommand.test(app.read('Procfile') ?? '')
  );
}

/**
 * Chooses by the file that is there. Where several are, a lockfile comes before requirements.txt,
 * which tools also export. (Heroku's buildpack stops there: heroku-buildpack-python,
 * lib/package_manager.sh.)
 * @throws DeployError where there is none.
 */
export function choosePackageManager(app: AppFolder): PackageManagerChoice {
  const [name, ...others] = foundIn(app);
  if (name === undefined) throw nothingToInstallFrom(app);
  const file = dependencyFiles[name];
  return {
    name,
    reason: name === 'pip' ? `there is a ${file}` : `${file} is ${name}'s`,
    warnings: [...others.map((other) => notRead(name, other)), ...notOnDyno(app, name)],
  };
}

function foundIn(app: AppFolder): PackageManagerName[] {
  return packageManagerNames.filter((name) => app.has(dependencyFiles[name]));
}

function notRead(name: PackageManagerName, other: PackageManagerName): Notice {
  const file = dependencyFiles[other];
  return {
    message: `${name} installs the dependencies, and ${file} is not read; delete it, or ${dependencyFiles[name]} if ${other} is to install them.`,
    location: { file },
  };
}

/** Of the package managers, the dyno has Pipenv alone, as with Heroku's buildpack. */
function notOnDyno(app: AppFolder, name: PackageManagerName): Notice[] {
  if (name === 'pipenv') return [];
  const lines = (app.read('Procfile') ?? '').split('\n');
  return lines.flatMap((line, index) => {
    const [command] = /\b(uv|poetry|pipenv) run\b/.exec(line) ?? [];
    if (command === undefined) return [];
    const message = `"${command}" is not on the dyno; leave it out, as the packages are in the Python that is on its PATH.`;
    return [{ message, location: { file: 'Procfile', line: index + 1 } }];
  });
}

function nothingToInstallFrom(app: AppFolder): DeployError {
  const names = Object.values(dependencyFiles).join(', ');
  const project = projectFiles.find((file) => app.has(file));
  const remedies: Readonly<Record<string, string>> = {
    'pyproject.toml': 'Commit what "uv lock" or "poetry lock" writes.',
    Pipfile: 'Commit what "pipenv lock" writes.',
  };
  return new DeployError(
    `${app.path} has no file that Python packages can be installed from: ${names}.`,
    remedies[project ?? ''] ??
      'Add a requirements.txt; an empty one will do for an app without dependencies.',
    project === undefined ? {} : { location: { file: project } },
  );
}
