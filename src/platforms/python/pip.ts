import type { AppFolder } from '../platform.ts';
import { bundledPip, indexVariables, pipVariables, type Recipe } from './recipe.ts';
import { readRequirements, requirementsName } from './requirements.ts';

/** What Heroku's buildpack installs (heroku-buildpack-python v351, requirements/pip.txt). */
const version = '26.2.1';

/** Without which older packages do not build or run; from Python 3.13 on it is theirs to ask for it. */
const setuptools = 'setuptools==70.3.0';

/** pip and a requirements.txt. */
export function pipRecipe(app: AppFolder, pythonVersion: string): Recipe {
  const { files, local } = readRequirements(app);
  const minor = Number(pythonVersion.split('.')[1]);
  return {
    label: `pip ${version}`,
    folder: '/opt/pip',
    steps: [
      `${bundledPip} install --target=/opt/pip pip==${version}`,
      ...(minor < 13 ? [`python /opt/pip/pip install ${setuptools}`] : []),
    ],
    manifests: byFolder(files),
    buildVariables: [...indexVariables, ...pipVariables],
    install: `python /opt/pip/pip install --requirement ${requirementsName}`,
    sourceFirst: local && `${local.file} has "${local.requirement}", which is part of the app`,
    settingsFiles: files,
  };
}

/** One COPY puts all its files into one folder. */
function byFolder(files: readonly string[]) {
  const folders = Map.groupBy(files, (file) => file.replace(/[^/]*$/, ''));
  return [...folders].map(([folder, sources]) => ({ sources, target: `./${folder}` }));
}
