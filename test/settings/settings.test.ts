import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import type { SettingName } from '../../src/settings/definitions.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { temporaryFolder } from '../support/folder.ts';

type Given = Partial<Record<SettingName, string>>;

function read(given: Given = {}, environment: Record<string, string | undefined> = {}) {
  return readSettings((name) => given[name] ?? '', environment);
}

function refusal(given: Given, environment: Record<string, string> = {}): DeployError {
  try {
    read(given, environment);
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('settings', () => {
  test('are these where nothing is given', () => {
    expect(read()).toEqual({
      command: 'release',
      apiKey: undefined,
      apps: [],
      workingDirectory: process.cwd(),
      dockerfile: 'Dockerfile',
      template: undefined,
      force: false,
      stack: undefined,
      stackImage: undefined,
      buildArguments: {},
      secrets: {},
      cacheFrom: [],
      cacheTo: [],
      builder: undefined,
      pull: false,
      procfile: 'Procfile',
      envFile: undefined,
      run: '',
      port: undefined,
      image: 'base',
      bootTimeoutSeconds: 60,
      runImage: undefined,
      smokeTest: undefined,
      keep: 0,
      exclude: ['.git', '.heroku'],
      slugPath: undefined,
      configVars: '',
      configFile: undefined,
      unsetConfigVars: [],
      releaseTimeoutSeconds: 3900,
      healthCheck: undefined,
      rollback: false,
      parallel: 4,
      promote: false,
      createAddOns: false,
      applyFormation: false,
      githubToken: undefined,
      environment: undefined,
      dryRun: false,
      platformUrl: 'https://api.heroku.com',
    });
  });

  test('are what is given, without the white space around it', () => {
    const folder = temporaryFolder();
    const given: Given = {
      command: ' release ',
      'api-key': 'HRKU-1\n',
      app: ' shop \r\n\n shop-eu\n',
      'working-directory': `${folder}/`,
      dockerfile: 'deploy/Dockerfile',
      template: 'node',
      force: 'TRUE',
      stack: 'heroku-26',
      'stack-image': 'mirror.example/heroku:26-build',
      'build-args': 'A=1\r\nB=x = y\nC=\n',
      secrets: 'npm=to=ken',
      'cache-from': 'type=gha\ntype=registry,ref=x',
      'cache-to': 'type=gha,mode=max',
      builder: 'mine',
      pull: 'True',
      procfile: 'deploy/Procfile',
      'env-file': 'deploy/.env',
      run: 'web\nworker\n',
      port: '8080',
      image: 'app',
      'boot-timeout': '90',
      'run-image': 'mirror.example/heroku:26',
      'smoke-test': 'true',
      'smoke-test-path': '/health?deep=1',
      'smoke-test-status': '204',
      'smoke-test-config': 'app',
      'dyno-size': 'Standard-2X',
      keep: '3',
      exclude: 'docs\n*.md\n',
      'slug-path': 'out/slug.tgz',
      'config-vars': 'A=1\nB="2\n3"',
      'config-file': 'production.env',
      'unset-config-vars': 'C\n D ',
      'release-timeout': '90',
      'health-check': '/health',
      'health-check-status': '204',
      'health-check-text': 'ok',
      'health-check-timeout': '5',
      rollback: 'true',
      parallel: '2',
      promote: 'true',
      'create-addons': 'true',
      'apply-formation': 'true',
      'github-token': 'ghs_1',
      'dry-run': 'true',
      'platform-url': 'http://localhost:5000/',
    };
    expect(read(given)).toEqual({
      command: 'release',
      apiKey: 'HRKU-1',
      apps: ['shop', 'shop-eu'],
      workingDirectory: folder,
      dockerfile: 'deploy/Dockerfile',
      template: 'node',
      force: true,
      stack: { name: 'heroku-26', number: '26' },
      stackImage: 'mirror.example/heroku:26-build',
      buildArguments: { A: '1', B: 'x = y', C: '' },
      secrets: { npm: 'to=ken' },
      cacheFrom: ['type=gha', 'type=registry,ref=x'],
      cacheTo: ['type=gha,mode=max'],
      builder: 'mine',
      pull: true,
      procfile: 'deploy/Procfile',
      envFile: 'deploy/.env',
      run: 'web\nworker',
      port: 8080,
      image: 'app',
      bootTimeoutSeconds: 90,
      runImage: 'mirror.example/heroku:26',
      smokeTest: {
        path: '/health?deep=1',
        status: 204,
        config: 'app',
        dynoSize: { name: 'standard-2x', memoryBytes: 1024 ** 3 },
      },
      keep: 3,
      exclude: ['docs', '*.md'],
      slugPath: resolve('out/slug.tgz'),
      configVars: 'A=1\nB="2\n3"',
      configFile: 'production.env',
      unsetConfigVars: ['C', 'D'],
      releaseTimeoutSeconds: 90,
      healthCheck: { target: '/health', status: 204, text: 'ok', timeoutSeconds: 5 },
      rollback: true,
      parallel: 2,
      promote: true,
      createAddOns: true,
      applyFormation: true,
      githubToken: 'ghs_1',
      environment: undefined,
      dryRun: true,
      platformUrl: 'http://localhost:5000',
    });
  });

  test('name the environment of the deployment at GitHub', () => {
    const given = { 'github-token': 'ghs_1', environment: 'production' };
    expect(read(given)).toMatchObject({ githubToken: 'ghs_1', environment: 'production' });
  });

  test.each<[string, Given, Record<string, string>, object]>([
    ['token', {}, { HEROKU_API_KEY: ' HRKU-2\n' }, { apiKey: 'HRKU-2' }],
    [
      'token, unless one is given',
      { 'api-key': 'HRKU-1' },
      { HEROKU_API_KEY: 'HRKU-2' },
      { apiKey: 'HRKU-1' },
    ],
    ['app', {}, { HEROKU_APP: 'shop' }, { apps: ['shop'] }],
    ['app, unless one is given', { app: 'shop' }, { HEROKU_APP: 'other' }, { apps: ['shop'] }],
    ['host', {}, { HEROKU_HOST: 'herokudev.com' }, { platformUrl: 'https://api.herokudev.com' }],
    [
      'host, unless a URL is given',
      { 'platform-url': 'https://api.heroku.com' },
      { HEROKU_HOST: 'herokudev.com' },
      { platformUrl: 'https://api.heroku.com' },
    ],
    [
      'nothing of what is empty there',
      {},
      { HEROKU_API_KEY: ' ', HEROKU_APP: '' },
      { apiKey: undefined, apps: [] },
    ],
    [
      'a build secret named alone',
      { secrets: 'TOKEN' },
      { TOKEN: 'a\nb ' },
      { secrets: { TOKEN: 'a\nb ' } },
    ],
  ])('come from the environment: %s', (_, given, environment, expected) => {
    expect(read(given, environment)).toMatchObject(expected);
  });

  test.each<[string, Given, RegExp]>([
    [
      'command',
      { command: 'deploy' },
      /^Invalid command: "deploy"\. Must be one of: init, .*release/,
    ],
    ['switch', { pull: 'yes' }, /^Invalid pull: "yes"\. Must be one of: true, false\.$/],
    ['switch as a number', { 'dry-run': '1' }, /^Invalid dry-run: "1"\. /],
    [
      'folder',
      { 'working-directory': 'no/such' },
      /^Invalid working-directory: "no\/such"\. .*checked out\?$/,
    ],
    ['file for a folder', { 'working-directory': 'package.json' }, /^Invalid working-directory: /],
    ['file in a file', { 'working-directory': 'package.json/x' }, /^Invalid working-directory: /],
    ['stack', { stack: 'heroku-99' }, /^Unknown stack "heroku-99"\. .*heroku-24/],
    ['stack that ended', { stack: 'heroku-18' }, /^Stack heroku-18 has ended/],
    [
      'build argument',
      { 'build-args': 'A=1\nB' },
      /^Invalid build-args: "B"\. Each line must be NAME=value\.$/,
    ],
    ['build argument without a name', { 'build-args': '=1' }, /^Invalid build-args: "=1"\. /],
    ['build argument with a space in its name', { 'build-args': 'A B=1' }, /^Invalid build-args: /],
    ['platform', { 'platform-url': 'https://example.org' }, /^Invalid platform-url: /],
    [
      'health check',
      { 'health-check': 'health' },
      /^Invalid health-check: "health"\. It is a path such as \/health, or a whole URL\.$/,
    ],
    [
      'environment of several apps',
      { environment: 'production', app: 'shop\nshop-eu', 'github-token': 'ghs_1' },
      /^Invalid environment: "production"\. With several apps, each is an environment of its own/,
    ],
    ['environment without a token', { environment: 'production' }, /^"environment" is for the dep/],
    ['health check without a host', { 'health-check': '//health' }, /^Invalid health-check: /],
    ['health check by mail', { 'health-check': 'mailto:me@x.y' }, /^Invalid health-check: /],
    [
      'text of a health check that is not made',
      { 'health-check-text': 'ok' },
      /^"health-check-text" is for the health check, which is not asked for\./,
    ],
    ['port', { port: '70000' }, /^Invalid port: "70000"\. .* from 1 to 65535\.$/],
    ['number', { keep: 'all' }, /^Invalid keep: "all"\. Must be a whole number/],
    ['image', { image: 'start' }, /^Invalid image: "start"\. Must be one of: base, app\.$/],
    [
      'dyno size',
      { 'smoke-test': 'true', 'dyno-size': 'large' },
      /^Unknown dyno size "large"\. Use one of these: eco, .*performance-l/,
    ],
    [
      'path of the smoke test',
      { 'smoke-test': 'true', 'smoke-test-path': 'health check' },
      /^Invalid smoke-test-path: "health check"\. It begins with a slash/,
    ],
    [
      'config vars of an app that is not asked',
      { command: 'build', 'smoke-test': 'true', 'smoke-test-config': 'app' },
      /^Invalid smoke-test-config: "app"\. `build` asks no app at Heroku: use env-file\.$/,
    ],
    [
      'path of a smoke test that is not made',
      { 'smoke-test-path': '/health' },
      /^"smoke-test-path" is for the smoke test, .* Set "smoke-test" to true, or leave /,
    ],
    [
      'dyno size of a smoke test that is not made',
      { 'smoke-test': 'false', 'smoke-test-status': '200', 'dyno-size': 'eco' },
      /^"dyno-size" is for the smoke test, which is not asked for\./,
    ],
    ['host of the environment', {}, /^Invalid platform-url: "example.org"/],
  ])('name what is wrong and what goes: %s', (_, given, message) => {
    const error = refusal(
      given,
      Object.keys(given).length === 0 ? { HEROKU_HOST: 'example.org' } : {},
    );
    expect(`${error.message} ${error.remedy}`).toMatch(message);
  });

  test('count the apps of the environment too', () => {
    const given = { environment: 'production', 'github-token': 'ghs_1' };
    expect(refusal(given, { HEROKU_APP: 'shop\nshop-eu' }).message).toBe(
      'Invalid environment: "production".',
    );
  });

  test.each([
    ['a secret that is not set', 'TOKEN', 'no value for TOKEN'],
    ['a secret that JavaScript would know', 'constructor', 'no value for constructor'],
    ['a line that is none', 'my s3cr3t=x', 'a line is not `id=value`'],
    ['a value alone', '=s3cr3t', 'a line is not `id=value`'],
    ['an id with an option of the builder', 'a,src=/etc/passwd', 'a line is not `id=value`'],
  ])('never show a secret in a message: %s', (_, secrets, message) => {
    const error = refusal({ secrets });
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.remedy}`).not.toContain('s3cr3t');
  });

  test.each(['s3cr3t token', 's3cr3t\nHRKU-2', 's3cr3té', '"s3cr3t\u200b"'])(
    'take no token that cannot be one, and do not show it: %j',
    (token) => {
      const error = refusal({ 'api-key': token });
      expect(error.message).toMatch(/^Invalid api-key: /);
      expect(`${error.message} ${error.remedy}`).not.toContain('s3cr3t');
      expect(refusal({}, { HEROKU_API_KEY: token }).message).toBe(error.message);
    },
  );

  test('give a relative folder and slug path from where the run is', () => {
    const settings = read({ 'working-directory': 'src', 'slug-path': '../slug.tgz' });
    expect(settings.workingDirectory).toBe(join(process.cwd(), 'src'));
    expect(settings.slugPath).toBe(resolve('../slug.tgz'));
  });

  test('keep every build argument and secret as it was written', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]*$/);
    const value = fc
      .string({ unit: 'grapheme' })
      .filter((text) => text === text.trim() && !/[\n\r]/.test(text));
    const entries = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key });
    fc.assert(
      fc.property(entries, (written) => {
        const lines = written.map(([key, text]) => `${key}=${text}`).join('\n');
        const { buildArguments, secrets } = read({ 'build-args': lines, secrets: lines });
        expect(new Map(Object.entries(buildArguments))).toEqual(new Map(written));
        expect(new Map(Object.entries(secrets))).toEqual(new Map(written));
      }),
    );
  });
});
