import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';
import { platforms } from '../../src/platforms/index.ts';
import { renderTemplate } from '../../src/platforms/template.ts';
import { manifestText } from './app.ts';
import { dockerfileFor, instructionsOf } from './dockerfile.ts';

const manifest = (fields: Readonly<Record<string, unknown>> = {}) => ({
  'package.json': manifestText(fields),
});

const gemfile = (lock: string, more: Readonly<Record<string, string>> = {}) => ({
  Gemfile: '',
  'Gemfile.lock': lock,
  ...more,
});
const railsLock = 'GEM\n  specs:\n    propshaft (1.1.0)\n    railties (7.2.2)\n';
const dotnetProject =
  '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>';
const gradleWrapper = {
  gradlew: '',
  'gradle/wrapper/gradle-wrapper.properties':
    'distributionUrl=https\\://services.gradle.org/distributions/gradle-9.0.0-bin.zip\n',
};
const sbtVersion = { 'project/build.properties': 'sbt.version=1.12.14' };

/** An app for every way through the templates. */
const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  go: { 'go.mod': 'module example.com/app\ngo 1.26\n', 'main.go': 'package main\n' },
  'go with modules of its own': {
    'go.mod': 'module example.com/app\ngo 1.26\nreplace example.com/a => ./a\n',
    'main.go': 'package main\n',
    'a/go.mod': 'module example.com/a\n',
  },
  'go with vendored modules': {
    'go.mod': 'module example.com/app\ngo 1.26\n',
    'main.go': 'package main\n',
    'vendor/modules.txt': '',
  },
  static: { 'index.html': '' },
  'static with settings': {
    'static.json': JSON.stringify({
      clean_urls: true,
      https_only: true,
      routes: { '/**': 'index.html' },
      redirects: { '/a': { url: '/b' } },
      headers: { '/**': { 'X-A': 'b' } },
      proxies: { '/api/': { origin: 'https://example.com/' } },
    }),
    'public_html/index.html': '',
  },
  'static that Node.js builds': {
    ...manifest({ packageManager: 'pnpm@10.1.0', scripts: { build: 'vite' } }),
    'pnpm-lock.yaml': '',
    'static.json': '{}',
    Procfile: 'web: bin/boot',
  },
  'static that Node.js builds with workspaces': {
    ...manifest({ workspaces: ['packages/*'] }),
    'static.json': '{}',
  },
  'static with its own Caddyfile': { 'index.html': '', Caddyfile: '' },
  minimal: { Procfile: 'web: ./server' },
  'an index.php alone': { 'index.php': '' },
  Composer: { 'composer.json': '{ "require": { "ext-redis": "*" } }', 'composer.lock': '{}' },
  'Composer with a library of the app': {
    'composer.json': '{ "repositories": [{ "type": "path", "url": "libs/*" }] }',
  },
  'a .NET project': { 'app.csproj': dotnetProject },
  'a .NET project that brings its runtime': {
    'app.csproj': dotnetProject.replace('</P', '<SelfContained>true</SelfContained></P'),
  },
  'a C# file': { 'app.cs': '' },
  'Leiningen with an uberjar': { 'project.clj': '(defproject app "1" :uberjar-name "app.jar")' },
  'Leiningen on the dyno': { 'project.clj': '(defproject app "1" :sub [])' },
  sbt: { 'build.sbt': '', ...sbtVersion },
  'sbt with the source first': { 'build.sbt': 'RootProject(file("core"))', ...sbtVersion },
  npm: { ...manifest(), 'package-lock.json': '{ "lockfileVersion": 3 }' },
  'npm of another version': manifest({ packageManager: 'npm@11.1.0', scripts: { build: 'tsc' } }),
  'npm with workspaces': manifest({ workspaces: ['packages/*'] }),
  'npm with a secret': { ...manifest(), '.npmrc': `//r.example/:_authToken=\${TOKEN}` },
  'yarn 1': { ...manifest(), 'yarn.lock': '' },
  'yarn 4': { ...manifest(), 'yarn.lock': '__metadata:\n  version: 8\n' },
  'yarn 4 with node_modules': {
    ...manifest({ scripts: { postinstall: 'husky' } }),
    'yarn.lock': '__metadata:\n  version: 8\n',
    '.yarnrc.yml': 'nodeLinker: node-modules\n',
  },
  'yarn of the app': {
    ...manifest(),
    'yarn.lock': '__metadata:\n  version: 6\n',
    '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn.cjs\n',
    '.yarn/releases/yarn.cjs': '',
  },
  pnpm: { ...manifest({ packageManager: 'pnpm@12.0.0' }), 'pnpm-lock.yaml': '' },
  Maven: { 'pom.xml': '<project/>' },
  'Maven by its wrapper': {
    'pom.xml': '<project/>',
    mvnw: '',
    '.mvn/wrapper/maven-wrapper.properties': '',
    'settings.xml': `<settings>\${env.TOKEN}</settings>`,
  },
  'Maven with modules, and Java 8': {
    'pom.xml': '<project><modules><module>web</module></modules></project>',
    'system.properties': 'java.runtime.version=1.8\nmaven.version=3.8.8\n',
  },
  Gradle: { ...gradleWrapper, 'build.gradle': "plugins { id 'java' }" },
  'Gradle with several projects': { ...gradleWrapper, 'settings.gradle': "include 'web'" },
  'pnpm with a workspace': {
    ...manifest(),
    'pnpm-lock.yaml': '',
    'pnpm-workspace.yaml': 'packages:\n  - a\n',
  },
  ruby: gemfile('RUBY VERSION\n   ruby 3.3.9p170\n'),
  'ruby with a gem of the app': gemfile('PATH\n  remote: gems/own\n'),
  'ruby with a server that asks for a login': gemfile('GEM\n  remote: https://gems.example.com/\n'),
  rails: gemfile(railsLock),
  'rails with credentials': gemfile(railsLock, { 'config/credentials.yml.enc': '' }),
  'rails with Node.js': gemfile(railsLock, { ...manifest(), 'yarn.lock': '' }),
  'ruby with Node.js that needs the source': gemfile('', {
    ...manifest({ scripts: { build: 'tsc', postinstall: 'node setup.js' } }),
  }),
  pip: { 'requirements.txt': 'flask', 'manage.py': 'import django' },
  'pip with a part of the app': { 'requirements.txt': '-e .' },
  pipenv: { 'Pipfile.lock': '{}' },
  poetry: { 'poetry.lock': '' },
  uv: { 'uv.lock': '[[package]]\nsource = { editable = "." }\n' },
  'uv and Node.js': { ...manifest({ scripts: { build: 'sass' } }), 'uv.lock': '' },
  'pip and Node.js with workspaces': {
    ...manifest({ workspaces: ['a'] }),
    'requirements.txt': '-e .',
    'manage.py': 'import django',
  },
};

describe.each(Object.entries(variants))('the Dockerfile for %s', (_name, files) => {
  it('is filled in, and has no trace of the template', () => {
    const dockerfile = dockerfileFor(files);
    expect(dockerfile).not.toMatch(/\{\{|\}\}|undefined|\[object/);
    expect(dockerfile).not.toMatch(/\n\n\n|[ \t]\n/);
    expect(dockerfile).toMatch(/[^\n]\n$/);
    expect(dockerfile.split('\n')[0]).toMatch(/^# \S.*\. Written by heroku-docker-release;/);
  });

  it('reads nothing of the build context outside ONBUILD', () => {
    expect(parseDockerfile(dockerfileFor(files), {}).readsContext).toBe(false);
  });

  it('starts from the stack image and asks no registry for a frontend', () => {
    const dockerfile = dockerfileFor(files);
    const instructions = instructionsOf(dockerfile);
    expect(instructions.slice(0, 2)).toEqual([
      'ARG STACK_IMAGE=heroku/heroku:24-build',
      `FROM \${STACK_IMAGE}`,
    ]);
    expect(dockerfile).not.toContain('syntax=');
  });

  it('leaves root before anything else runs', () => {
    const users = instructionsOf(dockerfileFor(files)).filter((line) => line.startsWith('USER '));
    expect(users).toEqual(['USER root', 'USER 1000:1000']);
  });

  it('takes the app in as the user of dynos', () => {
    const copies = instructionsOf(dockerfileFor(files)).filter((line) => line.includes('COPY '));
    expect(copies.every((line) => /^(ONBUILD )?COPY --chown=1000:1000 /.test(line))).toBe(true);
    expect(copies).toContain('ONBUILD COPY --chown=1000:1000 . ./');
  });
});

describe('the .dockerignore', () => {
  it.each(platforms.map(({ name }) => name))('of %s keeps history and secrets out', (platform) => {
    const lines = renderTemplate(platform, 'dockerignore', { dockerfile: 'Dockerfile' }).split(
      '\n',
    );
    expect(lines).toEqual(
      expect.arrayContaining(['.git', '**/.env', '**/.env.*', '!**/.env.example', 'Dockerfile']),
    );
  });

  it('of node keeps installed packages out', () => {
    expect(renderTemplate('node', 'dockerignore', { dockerfile: 'Dockerfile' })).toContain(
      '\n**/node_modules\n',
    );
  });
});
