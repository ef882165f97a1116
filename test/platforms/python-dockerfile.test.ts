import { describe, expect, it } from 'vitest';
import { detectPlatform, findPlatform } from '../../src/platforms/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const triggers = (files: Files) => triggersOf(dockerfileFor(files));
const base = (files: Files) =>
  instructionsOf(dockerfileFor(files))
    .filter((instruction) => !instruction.startsWith('ONBUILD'))
    .join('\n');
const reasonOf = (files: Files) => {
  const app = makeApp(files);
  return detectPlatform(app).plan(app).reason;
};

const source = 'COPY --chown=1000:1000 . ./';

describe('an app is taken for Python', () => {
  it.each(['requirements.txt', 'Pipfile.lock', 'poetry.lock', 'uv.lock'])(
    'by its %s, whatever else is there',
    (file) => {
      const app = makeApp({ [file]: '', 'package.json': manifestText(), Procfile: '' });
      expect(detectPlatform(app).name).toBe('python');
    },
  );

  it('by a project without a lockfile only if its Procfile starts Python', () => {
    const detect = (Procfile: string) =>
      findPlatform(makeApp({ 'pyproject.toml': '', Procfile, 'package.json': '{}' }))?.name;
    expect(detect('web: npm start')).toBe('node');
    expect(detect('web: gunicorn app:app')).toBe('python');
    expect(detect('worker: python worker.py')).toBe('python');
    expect(findPlatform(makeApp({ 'pyproject.toml': '' }))).toBeUndefined();
  });

  it('and has no default process type', () => {
    const app = makeApp({ 'requirements.txt': '', '.python-version': 'none' });
    expect(detectPlatform(app).defaultProcessTypes(app)).toEqual({});
  });
});

describe('Python', () => {
  it('is fetched for the stack that the image is of', () => {
    expect(base({ 'requirements.txt': '' })).toContain(
      `python-\${PYTHON_VERSION}-ubuntu-\${VERSION_ID}-amd64.tar.zst`,
    );
  });

  it('has setuptools where packages may expect it to be there', () => {
    const on = (version: string) => base({ 'requirements.txt': '', '.python-version': version });
    expect(on('3.12')).toContain('python /opt/pip/pip install setuptools==70.3.0');
    expect(on('3.13')).not.toContain('setuptools');
  });
});

describe('pip', () => {
  it('installs from requirements.txt and what that includes', () => {
    const files = {
      'requirements.txt': '-r requirements/web.txt',
      'requirements/web.txt': 'flask',
    };
    expect(triggers(files)).toEqual([
      'COPY --chown=1000:1000 requirements.txt ./',
      'COPY --chown=1000:1000 requirements/web.txt ./requirements/',
      'RUN python /opt/pip/pip install --requirement requirements.txt',
      source,
    ]);
  });

  it('has the source at hand where the app is a requirement of its own', () => {
    const files = { 'requirements.txt': 'flask\n-e .\n' };
    expect(triggers(files)).toEqual([
      source,
      'RUN python /opt/pip/pip install --requirement requirements.txt',
    ]);
    expect(dockerfileFor(files)).toContain('because requirements.txt has ".", which is part of');
  });

  it('is given the secrets that requirements.txt names', () => {
    const files = {
      'requirements.txt': `--extra-index-url https://u:\${INDEX_TOKEN}@example.com/`,
    };
    expect(dockerfileFor(files)).toContain('--mount=type=secret,id=INDEX_TOKEN,env=INDEX_TOKEN');
    expect(reasonOf(files)).toContain('INDEX_TOKEN by the setting "secrets"');
  });
});

describe('Pipenv', () => {
  const lock = (entry: Readonly<Record<string, unknown>> = {}) =>
    JSON.stringify({ default: { dependency: entry } }, null, 4);

  it('installs what is locked, and is on the dyno', () => {
    const files = { Pipfile: '', 'Pipfile.lock': lock({ version: '==1.0' }) };
    expect(triggers(files)).toEqual([
      'COPY --chown=1000:1000 Pipfile Pipfile.lock ./',
      'RUN pipenv install --deploy',
      source,
    ]);
    expect(base(files)).toContain(`PATH=/app/heroku/pipenv/bin:/app/heroku/python/bin:\${PATH}`);
  });

  it.each([{ path: '.', editable: true }, { file: 'wheels/dependency.whl' }])(
    'has the source at hand for %j',
    (entry) => {
      expect(triggers({ 'Pipfile.lock': lock(entry) })[0]).toBe(source);
    },
  );

  it('needs no source for a file from elsewhere', () => {
    const entry = { file: 'https://example.com/dependency.whl' };
    expect(triggers({ 'Pipfile.lock': lock(entry) }).at(-1)).toBe(source);
  });
});

describe('Poetry', () => {
  const sync = 'RUN /opt/poetry/bin/poetry sync --only main --compile --no-ansi --no-interaction';
  const lock = (type: string) => `[[package]]\nname = "a"\n[package.source]\ntype = "${type}"\n`;
  const manifests = 'COPY --chown=1000:1000 pyproject.toml poetry.lock poetry.tom[l] ./';

  it('installs the app as well, after its dependencies', () => {
    expect(triggers({ 'poetry.lock': lock('legacy') })).toEqual([
      manifests,
      `${sync} --no-root`,
      source,
      sync,
    ]);
  });

  it('installs the dependencies alone where the app is no package', () => {
    const project = { 'pyproject.toml': '[tool.poetry]\npackage-mode = false\n' };
    expect(triggers({ ...project, 'poetry.lock': '' })).toEqual([manifests, sync, source]);
  });

  it.each(['directory', 'file'])('has the source at hand for a %s', (type) => {
    expect(triggers({ 'poetry.lock': lock(type) })).toEqual([source, sync]);
  });
});

describe('uv', () => {
  const sync = 'RUN /opt/uv/uv sync --locked --no-default-groups';
  const syncParts = `${sync} && find /app/heroku/python/lib -path '*.dist-info/uv_cache.json' -delete -o -path '*.dist-info/RECORD' -exec sed --in-place '/uv_cache[.]json/d' {} +`;
  const lock = (...sources: string[]) =>
    sources.map((entry) => `[[package]]\nname = "a"\nsource = { ${entry} }\n`).join('\n');
  const manifests = 'COPY --chown=1000:1000 pyproject.toml uv.lock uv.tom[l] ./';

  it('installs the dependencies of an app that is no package', () => {
    const files = { 'uv.lock': lock('virtual = "."', 'registry = "https://pypi.org/simple"') };
    expect(triggers(files)).toEqual([manifests, sync, source]);
  });

  it('installs the app as well, after its dependencies', () => {
    expect(triggers({ 'uv.lock': lock('editable = "."') })).toEqual([
      manifests,
      `${sync} --no-install-project`,
      source,
      syncParts,
    ]);
  });

  it.each([
    'editable = "packages/a"',
    'virtual = "packages/a"',
    'directory = "a"',
    'path = "a.whl"',
  ])('has the source at hand for { %s }', (entry) => {
    expect(triggers({ 'uv.lock': lock('editable = "."', entry) })).toEqual([source, syncParts]);
  });

  it('has the source at hand where pyproject.toml takes something from it', () => {
    const project = { 'pyproject.toml': '[project]\ndynamic = ["version"]\n' };
    expect(triggers({ ...project, 'uv.lock': lock('editable = "."') })).toEqual([
      source,
      syncParts,
    ]);
  });

  it('refuses a file that is no TOML, and names the line', () => {
    const error = refusalOf(() => dockerfileFor({ 'uv.lock': 'version = 1\n[[package]\n' }));
    expect(error.message).toMatch(/^uv\.lock, line 2 is not TOML: /);
    expect(error.location).toEqual({ file: 'uv.lock', line: 2 });
  });
});

describe('Django', () => {
  const manage = 'from django.core.management import execute_from_command_line';
  const collect = (path: string) =>
    `RUN [ "\${DISABLE_COLLECTSTATIC}" != 0 ] || python ${path} collectstatic --noinput`;

  it.each(['manage.py', 'site/manage.py', 'a/b/manage.py'])('collects its files by %s', (path) => {
    const files = { 'requirements.txt': '', [path]: manage };
    expect(triggers(files).at(-1)).toBe(collect(path));
  });

  it('collects by a path that a shell would take for more than that', () => {
    const files = { 'requirements.txt': '', 'my $(id)/manage.py': manage };
    expect(triggers(files).at(-1)).toBe(collect("'my $(id)/manage.py'"));
  });

  it.each([
    ['another framework’s', 'manage.py', 'from flask_script import Manager'],
    ['a deep', 'a/b/c/manage.py', manage],
    ['an installed', '.venv/lib/manage.py', manage],
  ])('has no part in %s manage.py', (_case, path, text) => {
    const files = { 'requirements.txt': '', [path]: text };
    expect(triggers(files).at(-1)).toBe(source);
  });
});

describe('an app with a package.json', () => {
  it('gets Node.js, and its assets built before Django collects them', () => {
    const files = {
      'requirements.txt': '',
      'manage.py': 'import django',
      'package.json': manifestText({ scripts: { build: 'sass' } }),
      'package-lock.json': '{ "lockfileVersion": 3 }',
    };
    expect(triggers(files).map((line) => line.replace('--chown=1000:1000 ', ''))).toEqual([
      'COPY requirements.txt ./',
      'RUN python /opt/pip/pip install --requirement requirements.txt',
      'COPY package.json package-lock.json .npmr[c] ./',
      'RUN npm ci --include=dev',
      'COPY . ./',
      'RUN npm run build',
      expect.stringContaining('collectstatic'),
      'RUN npm prune --omit=dev',
    ]);
    expect(reasonOf(files)).toMatch(/; for the assets Node\.js \S+ .* npm/);
  });

  it('has the source at hand where Node.js needs it for the install', () => {
    const files = {
      'requirements.txt': '',
      'package.json': manifestText({ workspaces: ['a'], scripts: { build: 'sass' } }),
    };
    expect(triggers(files).slice(2)).toEqual([
      source,
      'RUN npm install --include=dev',
      'RUN npm run build',
      'RUN npm prune --omit=dev',
    ]);
  });
});
