import { join } from 'node:path';
import { describe } from 'vitest';
import { copyApp } from '../support/apps.ts';
import { testExample } from '../support/example.ts';

describe.each([
  ['yarn-classic', 'yarn 1.22.22', 'yarn install --production=false'],
  ['yarn-berry', 'yarn 4.9.2', 'yarn install --immutable'],
  ['pnpm', 'pnpm 10.15.0', 'pnpm install'],
])('an app with %s', (name, packageManager, install) => {
  testExample({
    name: 'node',
    folder: () => copyApp(join(import.meta.dirname, 'node-apps', name)),
    runtimes: ['node'],
    reason: `${packageManager} (package.json names`,
    install,
    change: { file: 'server.js', from: 'It runs', to: 'It still runs' },
    page: 'NODE_ENV is production',
    unwanted: [/\/src\/.*\/semver(@[^/]*)?\/package\.json$/],
  });
});
