import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../src/app/dockerfile.ts';
import { platforms } from '../../src/platforms/index.ts';
import { renderTemplate } from '../../src/platforms/template.ts';
import { manifestText } from './app.ts';
import { dockerfileFor, instructionsOf } from './dockerfile.ts';

const manifest = (fields: Readonly<Record<string, unknown>> = {}) => ({
  'package.json': manifestText(fields),
});

/** An app for every way through the templates. */
const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  minimal: { Procfile: 'web: ./server' },
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
  'pnpm with a workspace': {
    ...manifest(),
    'pnpm-lock.yaml': '',
    'pnpm-workspace.yaml': 'packages:\n  - a\n',
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
    expect(copies.every((line) => line.startsWith('ONBUILD COPY --chown=1000:1000 '))).toBe(true);
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
