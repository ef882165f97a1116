/** A file that looks like a secret. */
export interface SecretFile {
  /** Relative to `/app`. */
  readonly path: string;
  /** What it looks like, in words for the middle of a sentence: `a private key`. */
  readonly kind: string;
}

/** Bytes at the beginning of a file in which a secret is looked for. */
export const secretHeadSize = 4096;

/**
 * What secret a file looks like, by its name or by how its content begins. What came with a runtime
 * or a dependency is none: many have keys for their tests, which are no secret of anybody.
 * @param path relative to `/app`.
 * @param head the first {@link secretHeadSize} bytes of the content.
 */
export function secretKind(path: string, head: Buffer): string | undefined {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const parent = path.slice(0, Math.max(slash, 0));
  const kind = kindByName(name, parent) ?? kindByContent(name, head);
  return kind === undefined || foreignFolder.test(path) ? undefined : kind;
}

/** Folders that package managers fill, those of the node template's runtime and of Heroku's buildpacks. */
const foreignFolder = new RegExp(
  [
    '^\\.?heroku/',
    '(?:^|/)(?:node_modules|bower_components|site-packages|dist-packages|gems|vendor)/',
    '(?:^|/)(?:\\.?venv|\\.(?:yarn|cargo|rustup|m2|gradle|nuget)|pkg/mod)/',
    '(?:^|/)lib/(?:python|ruby)[\\d.]*/',
  ].join('|'),
);

const privateKey = 'a private key';
const keyStore = 'a key store';
const railsKey = 'the key of Rails credentials';
const token = 'an access token';

const kindsByName = new Map([
  ['.netrc', 'passwords of servers'],
  ['.pgpass', 'passwords of databases'],
  ['.git-credentials', 'passwords of Git servers'],
  ['id_rsa', privateKey],
  ['id_dsa', privateKey],
  ['id_ecdsa', privateKey],
  ['id_ed25519', privateKey],
]);

const kindsByExtension = new Map([
  ['.p12', keyStore],
  ['.pfx', keyStore],
  ['.jks', keyStore],
  ['.keystore', keyStore],
]);

/** Names that mean something only in the folder that they usually are in. */
const kindsByPlace = [
  { name: /^credentials$/, parent: /(?:^|\/)\.aws$/, kind: 'AWS credentials' },
  { name: /^config\.json$/, parent: /(?:^|\/)\.docker$/, kind: 'passwords of Docker registries' },
  { name: /^master\.key$/, parent: /(?:^|\/)config$/, kind: railsKey },
  { name: /\.key$/, parent: /(?:^|\/)config\/credentials$/, kind: railsKey },
];

const environmentFile = /^\.env(?:\..+)?$/;

/** Parts of an environment file's name that say there are no secrets in it, or only encrypted ones. */
const harmlessPart = /[.-](?:examples?|samples?|templates?|tmpl|tpl|dist|defaults?|schema|vault)\b/;

function kindByName(name: string, parent: string): string | undefined {
  if (environmentFile.test(name)) {
    return harmlessPart.test(name) ? undefined : 'environment variables';
  }
  return (
    kindsByName.get(name) ??
    kindsByExtension.get(name.slice(Math.max(name.lastIndexOf('.'), 0))) ??
    kindsByPlace.find((place) => place.name.test(name) && place.parent.test(parent))?.kind
  );
}

/** Settings of package managers, which may hold a token or only name the variable that has it. */
const packageManagerFiles = new Set(['.npmrc', '.yarnrc.yml', '.pypirc']);

function kindByContent(name: string, head: Buffer): string | undefined {
  if (packageManagerFiles.has(name)) return hasLiteralToken(head) ? token : undefined;
  // Most files begin otherwise, and are not searched.
  const text = firstBytes.has(head[0]) ? head.toString('latin1', 0, secretHeadSize) : '';
  if (pemFile.test(text) && pemPrivateKey.test(text)) return privateKey;
  if (serviceAccount.every((part) => part.test(text))) return 'the key of a Google service account';
  return undefined;
}

/** `-`, `{`, white space, and the first byte of a byte order mark. */
const firstBytes: ReadonlySet<number | undefined> = new Set(Buffer.from('-{ \t\r\n\xef', 'latin1'));

const pemFile = /^(?:\xef\xbb\xbf)?\s*-----BEGIN /;

/** Perhaps behind a certificate or a curve's parameters. */
const pemPrivateKey = /^\s*-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----/m;

const serviceAccount = [
  /^(?:\xef\xbb\xbf)?\s*\{/,
  /"type"\s*:\s*"service_account"/,
  /"private_key"\s*:\s*"-----BEGIN /,
];

/** `//host/:_authToken=…`, `npmAuthToken: …`, `password = …`; not in a comment. */
const tokenSetting =
  /^[^#;\n]*?(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent|password)["']?[ \t]*[=:][ \t]*["']?([^\s"']+)/gm;

/** Whether one is given as it is, and not taken from a variable as `${NAME}` says. */
function hasLiteralToken(head: Buffer): boolean {
  const text = head.toString('latin1', 0, secretHeadSize);
  return [...text.matchAll(tokenSetting)].some(([, value]) => !value?.includes('$'));
}
