import { describe, expect, test } from 'vitest';
import { secretKind } from '../../src/slug/secret-files.ts';

function kindOf(path: string, content = 'text\n') {
  return secretKind(path, Buffer.from(content));
}

describe('by its name', () => {
  test.each([
    ['.env', 'environment variables'],
    ['src/.env.production', 'environment variables'],
    ['src/.env.local', 'environment variables'],
    ['.netrc', 'passwords of servers'],
    ['home/.pgpass', 'passwords of databases'],
    ['.git-credentials', 'passwords of Git servers'],
    ['.aws/credentials', 'AWS credentials'],
    ['home/.docker/config.json', 'passwords of Docker registries'],
    ['.ssh/id_rsa', 'a private key'],
    ['id_dsa', 'a private key'],
    ['id_ecdsa', 'a private key'],
    ['id_ed25519', 'a private key'],
    ['config/master.key', 'the key of Rails credentials'],
    ['backend/config/credentials/production.key', 'the key of Rails credentials'],
    ['push.p12', 'a key store'],
    ['a.b.pfx', 'a key store'],
    ['x.jks', 'a key store'],
    ['release.keystore', 'a key store'],
  ])('%s looks like %s', (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });

  test.each([
    '.env.example',
    '.env.sample',
    'src/.env.template',
    '.env.dist',
    '.env.defaults',
    '.env.production.example',
    '.env.local-sample',
    '.env.vault',
    '.environment',
    'env',
    '.env/settings.txt',
    'id_rsa.pub',
    'credentials',
    'aws/credentials',
    'config.json',
    'master.key',
    'config/credentials/production.yml.enc',
    'app/models/keystore',
    'p12',
    'src/index.js',
  ])('%s looks like nothing', (path) => {
    expect(kindOf(path)).toBeUndefined();
  });
});

const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIIE\n-----END ${kind}-----\n`;

describe('by its content', () => {
  test.each([
    'PRIVATE KEY',
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ])('a file with a %s looks like one, whatever its name', (kind) => {
    expect(kindOf('a/file', pem(kind))).toBe('a private key');
    expect(kindOf('a/file', `\ufeff\r\n${pem(kind)}`)).toBe('a private key');
    expect(kindOf('a/file', `${pem('CERTIFICATE')}${pem(kind)}`)).toBe('a private key');
  });

  test.each([pem('CERTIFICATE'), pem('PUBLIC KEY'), `Write ${pem('PRIVATE KEY')}`, '', '-', '{}'])(
    '%j looks like nothing',
    (content) => {
      expect(kindOf('a/file', content)).toBeUndefined();
    },
  );

  test('the key of a Google service account looks like one', () => {
    const account = { type: 'service_account', project_id: 'x', private_key: pem('PRIVATE KEY') };
    const kind = 'the key of a Google service account';
    expect(kindOf('google.json', JSON.stringify(account))).toBe(kind);
    expect(kindOf('a/file', JSON.stringify(account, null, 2))).toBe(kind);
    const user = JSON.stringify({ ...account, type: 'authorized_user' });
    expect(kindOf('google.json', user)).toBeUndefined();
    const empty = JSON.stringify({ ...account, private_key: '' });
    expect(kindOf('google.json', empty)).toBeUndefined();
  });

  test.each([
    ['.npmrc', '//npm.example.com/:_authToken=npm_abc\n'],
    ['src/.npmrc', 'a=b\n//npm.example.com/:_password = "abc"\n'],
    ['.npmrc', '_auth=YTpi'],
    ['.yarnrc.yml', 'npmScopes:\n  a:\n    npmAuthToken: abc\n'],
    ['.yarnrc.yml', 'npmAuthIdent: "user:word"\n'],
    ['.pypirc', '[pypi]\nusername = __token__\npassword = pypi-abc\n'],
    ['.npmrc', `//a.example.com/:_authToken=\${A}\n//b.example.com/:_authToken=abc\n`],
  ])('a token in %s looks like one: %j', (path, content) => {
    expect(kindOf(path, content)).toBe('an access token');
  });

  test.each([
    ['.npmrc', `//npm.example.com/:_authToken=\${NPM_TOKEN}\n`],
    ['.npmrc', `//npm.example.com/:_authToken="\${NPM_TOKEN}"\n`],
    ['.npmrc', '# //npm.example.com/:_authToken=npm_abc\nregistry=https://npm.example.com\n'],
    ['.npmrc', '_authToken=\nalways-auth=true\n'],
    ['.yarnrc.yml', `npmAuthToken: "\${NPM_TOKEN:-}"\n`],
    ['.pypirc', '[pypi]\nusername = __token__\n'],
    ['notes.txt', '//npm.example.com/:_authToken=npm_abc\n'],
  ])('%s without one looks like nothing: %j', (path, content) => {
    expect(kindOf(path, content)).toBeUndefined();
  });
});

describe('what came with a runtime or a dependency', () => {
  test.each([
    'node_modules/x/',
    'src/node_modules/@a/b/test/',
    '.venv/lib/',
    'lib/python3.12/site-packages/x/',
    'lib/python3.12/test/',
    'usr/lib/python3/dist-packages/x/',
    'vendor/bundle/ruby/3.4.0/gems/x/',
    'gems/x/',
    'heroku/node/',
    '.heroku/python/',
    '.cargo/registry/',
    'go/pkg/mod/example.com/x/',
  ])('is no secret in %s', (folder) => {
    expect(kindOf(`${folder}.env`)).toBeUndefined();
    expect(kindOf(`${folder}key.pem`, pem('PRIVATE KEY'))).toBeUndefined();
  });

  test.each(['heroku.d/', 'src/heroku/', 'my_node_modules/', 'src/vendors/', 'lib/pythonic/'])(
    'is not in %s',
    (folder) => {
      expect(kindOf(`${folder}.env`)).toBe('environment variables');
    },
  );
});
