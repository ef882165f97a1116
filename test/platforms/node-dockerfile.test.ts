import { describe, expect, it } from 'vitest';
import { manifestText } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

const berryLock = '__metadata:\n  version: 8\n';
const scripts = { build: 'tsc' };

function appWith(fields: Fields, files: Files = {}): Files {
  return { ...files, 'package.json': manifestText({ scripts, ...fields }) };
}

const triggers = (fields: Fields, files?: Files) =>
  triggersOf(dockerfileFor(appWith(fields, files)));
const base = (fields: Fields, files?: Files) =>
  instructionsOf(dockerfileFor(appWith(fields, files))).filter(
    (instruction) => !instruction.startsWith('ONBUILD'),
  );
const variables = (fields: Fields, files?: Files) =>
  instructionsOf(dockerfileFor(appWith(fields, files)))
    .filter((instruction) => instruction.startsWith('ONBUILD ARG'))
    .map((instruction) => instruction.replace('ONBUILD ARG ', ''));

describe('npm', () => {
  const lock = { 'package-lock.json': '{ "lockfileVersion": 3 }' };

  it('installs from the lockfile, builds, and removes what only the build needed', () => {
    expect(triggers({}, lock)).toEqual([
      'COPY --chown=1000:1000 package.json package-lock.json .npmr[c] ./',
      'RUN npm ci --include=dev',
      'COPY --chown=1000:1000 . ./',
      'RUN npm run build && npm prune --omit=dev',
    ]);
  });

  it('reads a shrinkwrap', () => {
    expect(triggers({}, { 'npm-shrinkwrap.json': '{ "lockfileVersion": 1 }' })).toContain(
      'COPY --chown=1000:1000 package.json npm-shrinkwrap.json .npmr[c] ./',
    );
  });

  it.each([
    ['there is no lockfile', {}],
    ['the lockfile is older than npm ci', { 'npm-shrinkwrap.json': '{ "dependencies": {} }' }],
  ])('uses npm install where %s', (_case, files) => {
    expect(triggers({}, files)).toContain('RUN npm install --include=dev');
  });

  it('comes with Node.js unless the app asks for another version', () => {
    expect(base({}, lock).join('\n')).not.toContain('npm install --global');
    const other = base({ engines: { npm: '>=11 <12' } }, lock).join('\n');
    expect(other).toContain("npm install --global --prefix=/app/heroku/npm 'npm@>=11 <12'");
    expect(other).toContain('PATH=/app/heroku/npm/bin:/app/heroku/node/bin:');
  });
});

describe('the scripts', () => {
  it('run as Heroku’s buildpack runs them', () => {
    const all = {
      'heroku-prebuild': 'a',
      'heroku-postbuild': 'b',
      build: 'c',
      'heroku-cleanup': 'd',
    };
    expect(triggers({ scripts: all })).toEqual([
      'COPY --chown=1000:1000 . ./',
      'RUN npm run heroku-prebuild && npm install --include=dev',
      'RUN npm run heroku-postbuild && npm prune --omit=dev && npm run heroku-cleanup',
    ]);
  });

  it('are left out where the app has none, or an empty one', () => {
    expect(triggers({ scripts: { build: '' } }).at(-1)).toBe('RUN npm prune --omit=dev');
  });
});

describe('the order of source and install', () => {
  const sourceFirst = (fields: Fields, files?: Files) =>
    triggers(fields, files)[0] === 'COPY --chown=1000:1000 . ./';

  it.each(['preinstall', 'install', 'postinstall', 'prepare', 'heroku-prebuild'])(
    'is the safe one where there is a script "%s"',
    (script) => {
      expect(sourceFirst({ scripts: { [script]: 'node setup.js' } })).toBe(true);
    },
  );

  it.each(['husky', 'husky install', 'husky || true'])('is not changed by "%s"', (command) => {
    expect(sourceFirst({ scripts: { prepare: command } })).toBe(false);
  });

  it('says why it is the safe one', () => {
    const dockerfile = dockerfileFor(appWith({ scripts: { postinstall: 'prisma generate' } }));
    expect(dockerfile).toContain('because the script "postinstall" runs with the install.');
  });

  it.each([
    { workspaces: ['packages/*'] },
    { dependencies: { shared: 'file:../shared' } },
    { devDependencies: { tool: 'link:./tool' } },
    { dependencies: { shared: './shared' } },
    { dependencies: { shared: 'workspace:*' } },
    { resolutions: { left: 'patch:left@npm%3A1.0.0#~/patches/left.patch' } },
  ])('is the safe one for %j', (fields) => {
    expect(sourceFirst(fields)).toBe(true);
  });

  it('is the safe one for a native add-on', () => {
    expect(sourceFirst({}, { 'binding.gyp': '{}' })).toBe(true);
  });

  it('is the fast one for everything else', () => {
    const dependencies = { a: '^1.0.0', b: 'github:owner/b', c: 'npm:d@2', e: 'latest' };
    expect(sourceFirst({ dependencies })).toBe(false);
  });
});

describe('yarn 1', () => {
  const lock = { 'yarn.lock': '# yarn lockfile v1\n' };

  it('installs everything, and then for production alone', () => {
    expect(triggers({}, lock)).toEqual([
      'COPY --chown=1000:1000 package.json yarn.lock .npmr[c] .yarnr[c] ./',
      'RUN yarn install --production=false --frozen-lockfile --ignore-engines --prefer-offline --non-interactive',
      'COPY --chown=1000:1000 . ./',
      'RUN yarn run build && yarn install --production --frozen-lockfile --ignore-scripts --ignore-engines --prefer-offline --non-interactive',
    ]);
    expect(dockerfileFor(appWith({}, lock))).toContain('sharing=locked');
  });

  it.each([
    [{}, '1.22.x'],
    [{ packageManager: 'yarn@1.22.19' }, '1.22.19'],
    [{ engines: { yarn: '1.21.x' } }, '1.21.x'],
  ])('is fetched in the version that %j asks for', (fields, version) => {
    expect(base(fields, lock).join('\n')).toContain(
      `npm install --global --prefix=/app/heroku/yarn yarn@${version}`,
    );
  });

  it('has the source at hand where its settings name files', () => {
    const files = { ...lock, '.yarnrc': 'yarn-path ".yarn/releases/yarn-1.22.19.cjs"\n' };
    expect(triggers({}, files)[0]).toBe('COPY --chown=1000:1000 . ./');
  });
});

describe('yarn 2 and later', () => {
  const lock = { 'yarn.lock': berryLock };
  const modules = { ...lock, '.yarnrc.yml': 'nodeLinker: node-modules\r\n' };

  it('installs immutably and focuses on production', () => {
    expect(triggers({ packageManager: 'yarn@4.5.0' }, modules)).toEqual([
      'COPY --chown=1000:1000 package.json yarn.lock .yarnrc.ym[l] ./',
      'RUN yarn install --immutable',
      'COPY --chown=1000:1000 . ./',
      'RUN yarn run build && yarn workspaces focus --all --production && rm -rf .yarn/cache',
    ]);
  });

  it('is told by its lockfile, whose version tells its own', () => {
    expect(base({}, lock).join('\n')).toContain('@yarnpkg/cli-dist@4.x');
    const older = { 'yarn.lock': '__metadata:\n  version: 6\n' };
    expect(base({}, older).join('\n')).toContain('@yarnpkg/cli-dist@3.x');
  });

  it('ships the packages with Plug’n’Play, and keeps them outside /app with node_modules', () => {
    expect(variables({}, lock)).toContain('YARN_ENABLE_GLOBAL_CACHE=false');
    expect(variables({}, modules)).toContain('YARN_ENABLE_GLOBAL_CACHE=true');
    expect(triggers({}, lock).at(-1)).toContain('for archive in .yarn/cache/*.zip');
  });

  it('runs the yarn that the app brings along', () => {
    const files = {
      ...lock,
      '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn-4.5.0.cjs\n',
      '.yarn/releases/yarn-4.5.0.cjs': '',
      '.yarn/patches/a.patch': '',
    };
    expect(base({}, files).join('\n')).toContain(
      'exec node "/app/src/.yarn/releases/yarn-4.5.0.cjs" "$@"',
    );
    expect(triggers({}, files).slice(1, 3)).toEqual([
      'COPY --chown=1000:1000 .yarn/releases ./.yarn/releases',
      'COPY --chown=1000:1000 .yarn/patches ./.yarn/patches',
    ]);
  });

  it('refuses a yarnPath without a file', () => {
    const files = { ...lock, '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn-4.5.0.cjs\n' };
    expect(() => dockerfileFor(appWith({}, files))).toThrow('there is no such file');
  });

  it('has the source at hand where the packages are part of it', () => {
    expect(triggers({}, { ...lock, '.yarn/cache/a.zip': '' })[0]).toBe(
      'COPY --chown=1000:1000 . ./',
    );
  });

  it('does not run the app’s install scripts again without what they need', () => {
    const withHusky = {
      scripts: { build: 'tsc', postinstall: 'husky' },
      packageManager: 'yarn@4.5.0',
    };
    expect(triggers(withHusky, modules).at(-1)).toContain(
      'npm pkg delete scripts.postinstall && yarn workspaces focus',
    );
  });

  it('removes the dependencies for development without the plugin too', () => {
    expect(triggers({ packageManager: 'yarn@3.8.7' }, modules).at(-1)).toContain(
      'npm pkg delete devDependencies && yarn install --no-immutable',
    );
    const plugin = { ...modules, '.yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs': '' };
    expect(triggers({ packageManager: 'yarn@3.8.7' }, plugin).at(-1)).toContain(
      'yarn workspaces focus --all --production',
    );
  });
});

describe('pnpm', () => {
  const lock = { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" };
  const manifests =
    'COPY --chown=1000:1000 package.json pnpm-lock.yaml .npmr[c] .pnpmfile.cj[s] pnpm-workspace.yam[l] ./';

  it('installs from the lockfile and prunes', () => {
    expect(triggers({ packageManager: 'pnpm@10.1.0' }, lock)).toEqual([
      manifests,
      'RUN pnpm install --prod=false --frozen-lockfile',
      'COPY --chown=1000:1000 . ./',
      expect.stringMatching(/^RUN pnpm run build && pnpm prune --prod --ignore-scripts && find /),
    ]);
  });

  it.each([
    ["lockfileVersion: '9.0'", '10.x'],
    ["lockfileVersion: '6.0'", '8.x'],
    ['lockfileVersion: 5.4', '7.x'],
  ])('is fetched in a version that reads %s', (text, version) => {
    expect(base({}, { 'pnpm-lock.yaml': text }).join('\n')).toContain(
      `npm install --global --prefix=/app/heroku/pnpm pnpm@${version}`,
    );
  });

  it('keeps its store outside /app, by the variable that the version reads', () => {
    expect(variables({ packageManager: 'pnpm@10.1.0' }, lock)).toContain(
      'npm_config_store_dir=/tmp/cache/pnpm',
    );
    expect(variables({ packageManager: 'pnpm@11.0.0' }, lock)).toContain(
      'pnpm_config_store_dir=/tmp/cache/pnpm',
    );
    const either = variables({ engines: { pnpm: '>=9' } }, lock);
    expect(either).toContain('npm_config_store_dir=/tmp/cache/pnpm');
    expect(either).toContain('pnpm_config_store_dir=/tmp/cache/pnpm');
  });

  it('installs a workspace anew without the dependencies for development', () => {
    const files = { ...lock, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' };
    const [first, ...rest] = triggers({ packageManager: 'pnpm@10.1.0' }, files);
    expect(first).toBe('COPY --chown=1000:1000 . ./');
    expect(rest.at(-1)).toContain('-name node_modules');
    expect(rest.at(-1)).toContain('pnpm install --prod --frozen-lockfile');
  });

  it('takes a workspace file with settings alone for what it is', () => {
    const files = { ...lock, 'pnpm-workspace.yaml': 'onlyBuiltDependencies:\n  - esbuild\n' };
    expect(triggers({ packageManager: 'pnpm@10.1.0' }, files)[0]).toBe(manifests);
  });

  it('has the source at hand where dependencies are patched', () => {
    const pnpm = { patchedDependencies: { a: 'patches/a.patch' } };
    expect(triggers({ pnpm }, lock)[0]).toBe('COPY --chown=1000:1000 . ./');
  });

  it('prunes in the way that an older version can', () => {
    const older = { packageManager: 'pnpm@8.15.5', scripts: { prepare: 'husky' } };
    expect(triggers(older, lock).at(-1)).toMatch(
      /^RUN npm pkg delete scripts\.prepare && pnpm prune --prod && find /,
    );
  });
});

describe('a private registry', () => {
  it('gets its token as a build secret', () => {
    const files = {
      '.npmrc': `//registry.example/:_authToken=\${NPM_TOKEN}\ncafile=\${HOME}/ca.pem\n`,
    };
    const dockerfile = dockerfileFor(appWith({}, files));
    expect(dockerfile).toContain('--mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN');
    expect(dockerfile).not.toContain('id=HOME');
  });
});

describe('native add-ons', () => {
  it.each([
    ['24.x', 'npm_package_config_node_gyp_nodedir=/opt/node'],
    ['22.x', 'npm_config_nodedir=/opt/node'],
  ])('find the headers of Node.js %s', (node, variable) => {
    expect(variables({ engines: { node } })).toContain(variable);
  });
});
