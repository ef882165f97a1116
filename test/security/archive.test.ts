import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { connectEngine } from '../../src/docker/engine.ts';
import { copySlug } from '../../src/dyno/copy-slug.ts';
import { DeployError } from '../../src/errors.ts';
import { compareImages } from '../../src/losses/image-difference.ts';
import { createSlug } from '../../src/slug/create-slug.ts';
import { temporaryFolder } from '../support/folder.ts';
import { docker, machine } from '../support/machine.ts';
import { list } from '../tar/gnu-tar.ts';
import { type PythonEntry, packWithPython } from '../tar/python-tar.ts';

type Entry = Partial<PythonEntry> & Pick<PythonEntry, 'name'>;

function entry(given: Entry): PythonEntry {
  return { type: 'REGTYPE', linkName: '', mode: 0o644, modified: 0, content: '', ...given };
}

/** An archive of an app that has a file, and of what else is given, as Python writes it. */
function crafted(root: string, entries: readonly Entry[], format = 'PAX_FORMAT'): Buffer {
  const all = [{ name: `${root}/`, type: 'DIRTYPE', mode: 0o755 } as const, { name: `${root}/a` }];
  return packWithPython(format, [[...all, ...entries].map(entry)])[0] as Buffer;
}

/** Makes a slug of entries that Docker is taken to have sent, and returns its path. */
async function slugOf(entries: readonly Entry[], folder = temporaryFolder()): Promise<string> {
  const path = join(folder, 'slug.tgz');
  await createSlug({
    archive: (async function* () {
      yield crafted('app', entries);
    })(),
    exclude: [],
    modified: 0,
    appended: [{ path: profile, content: 'export OURS=1\n', mode: 0o644 }],
    path,
    signal: new AbortController().signal,
  });
  return path;
}

const profile = '.profile.d/000-heroku-docker-release.sh';

const link = (name: string, linkName: string): Entry => ({ name, linkName, type: 'SYMTYPE' });
const hardLink = (name: string, linkName: string): Entry => ({ name, linkName, type: 'LNKTYPE' });

/** Names that lead out of a folder `app`, or out of the archive's root. */
const outside = [
  ...['../app/x', '../../etc/passwd', 'app/../etc/passwd', 'app/..', 'app/a/../../etc/passwd'],
  ...['/etc/passwd', '/app/x', 'etc/passwd', 'application/x', 'app-x', 'app//x', 'app/./x'],
  `app/${'d/'.repeat(60)}${'../'.repeat(70)}etc/passwd`,
];

describe('A slug holds what lies below /app alone: names and hard links that lead elsewhere, by whatever header, are refused', () => {
  test.each(outside)('a file named %j', async (name) => {
    await expect(slugOf([{ name }])).rejects.toThrow('which is not below /app');
    await expect(slugOf([{ name: 'app/x', records: { path: name } }])).rejects.toThrow(
      'which is not below /app',
    );
  });

  test.each(outside)('a hard link to %j', async (target) => {
    await expect(slugOf([hardLink('app/x', target)])).rejects.toThrow('which is not below /app');
    const renamed = { ...hardLink('app/x', 'app/a'), records: { linkpath: target } };
    await expect(slugOf([renamed])).rejects.toThrow('which is not below /app');
  });

  test.each(['path', 'linkpath'])(
    'a zero byte in a %s, where an extractor would stop',
    async (record) => {
      const hidden = { ...hardLink('app/x', 'app/a'), records: { [record]: 'app/a\0/x' } };
      await expect(slugOf([hidden])).rejects.toThrow('a pax header in it cannot be read');
    },
  );

  test.each([
    ['a file', [link('app/l', '/etc'), { name: 'app/l/passwd' }]],
    ['a folder', [link('app/l', '..'), { name: 'app/l/x/', type: 'DIRTYPE' }]],
    ['a link', [link('app/d/l', '/'), link('app/d/l/etc/x', 'y')]],
    ['a hard link', [link('app/l', '/etc'), hardLink('app/x', 'app/l/passwd')]],
    ['deep down', [link('app/l', '/'), { name: 'app/l/etc/a/b/c' }]],
    ['in the place of a folder', [{ name: 'app/l/x' }, link('app/l', '/etc'), { name: 'app/l/y' }]],
  ] satisfies [string, Entry[]][])('what lies behind a symbolic link: %s', async (_, entries) => {
    await expect(slugOf(entries)).rejects.toThrow(/is below the symbolic link app\/(d\/)?l\b/);
  });

  test('and nothing is left of a slug that was refused', async () => {
    const folder = temporaryFolder();
    await expect(slugOf([{ name: '../x' }], folder)).rejects.toThrow(DeployError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('Devices, pipes and entries of unknown types are refused', () => {
  test.each([
    ['CHRTYPE', 'a character device'],
    ['BLKTYPE', 'a block device'],
    ['FIFOTYPE', 'a named pipe'],
    ['CONTTYPE', 'of type “7”'],
    ['GNUTYPE_SPARSE', 'of type “S”'],
  ] as const)('%s', async (type, what) => {
    await expect(slugOf([{ name: 'app/x', type }])).rejects.toThrow(
      `/app/x is ${what}, which a slug cannot hold.`,
    );
  });
});

describe('A symbolic link stays what it is, absolute or not, and nothing is read or written through it', () => {
  test('as apps have them', async () => {
    const links = {
      abs: '/usr/bin/python3',
      up: '../../../etc/passwd',
      self: 'self',
      '.env': '/etc',
    };
    const path = await slugOf(Object.entries(links).map(([name, to]) => link(`app/${name}`, to)));
    const entries = list(execFileSync('gunzip', ['-c', path]));
    const found = entries.filter(({ kind }) => kind === 'symbolic link');
    expect(found.map(({ name, linkName }) => [name, linkName])).toEqual(
      Object.entries(links).map(([name, to]) => [`./app/${name}`, to]),
    );
    expect(found.every(({ size }) => size === 0)).toBe(true);
  });
});

describe('Headers are read once and written anew: an extractor finds what was looked at', () => {
  test('sizes that lie, names that stand twice, owners and bits', async () => {
    const path = await slugOf([
      { name: 'app/short', content: 'four', records: { size: '4', 'GNU.sparse.realsize': '9999' } },
      { name: 'app/renamed', records: { path: 'app/real', uid: '0', uname: 'root', mtime: '5.5' } },
      { ...link('app/l', 'a'), content: '', records: { size: '512' } },
      { name: 'app/twice', content: 'first' },
      { name: 'app/twice', content: 'second' },
      { name: 'app/su', mode: 0o4755 },
      { name: 'app/new\nline' },
    ]);
    const archive = execFileSync('gunzip', ['-c', path]);
    const names = list(archive).map(({ name, size }) => [name.slice('./app/'.length), size]);
    expect(names).toEqual([
      ...[
        ['', 0],
        ['a', 0],
        ['short', 4],
        ['real', 0],
        ['l', 0],
        ['twice', 5],
        ['twice', 6],
      ],
      ...[
        ['su', 0],
        ['new\nline', 0],
        ['.profile.d/', 0],
        [profile, 14],
      ],
    ]);
    expect(archive.includes('GNU.sparse')).toBe(false);
    const out = temporaryFolder();
    const { status, stderr } = spawnSync('tar', ['xzpf', path, '-C', out]);
    expect([status, String(stderr)]).toEqual([0, '']);
    expect(readFileSync(join(out, 'app/twice'), 'utf8')).toBe('second');
  });

  test('a size beyond the archive is an archive that was cut off', async () => {
    const lie = { name: 'app/x', content: 'four', records: { size: '99999' } };
    await expect(slugOf([lie])).rejects.toThrow('it was cut off');
  });

  test('bytes that would be a header of their own are content', async () => {
    const inner = crafted('app', [hardLink('app/x', '/etc/passwd')]).toString('latin1');
    const path = await slugOf([{ name: 'app/inner.tar', content: inner }]);
    const names = list(execFileSync('gunzip', ['-c', path])).map(({ name }) => name);
    expect(names).not.toContain('./app/x');
  });
});

describe('Nothing of the app’s takes the place of the .profile.d script that its slug gets', () => {
  test.each([
    ['a file', { name: `app/${profile}`, content: 'evil' }],
    ['a link', link(`app/${profile}`, '../a')],
    ['a hard link', hardLink(`app/${profile}`, 'app/a')],
  ] satisfies [string, Entry][])('%s of its name', async (_, own) => {
    const folder = temporaryFolder();
    const path = await slugOf([{ name: 'app/.profile.d/', type: 'DIRTYPE', mode: 0o755 }, own]);
    execFileSync('tar', ['xzf', path, '-C', folder]);
    expect(readFileSync(join(folder, 'app', profile), 'utf8')).toBe('export OURS=1\n');
    expect(readFileSync(join(folder, 'app/a'), 'utf8')).toBe('');
  });

  test.each([
    [
      'a folder of its name',
      [{ name: `app/${profile}/`, type: 'DIRTYPE' }, { name: `app/${profile}/x` }],
    ],
    ['a link in the place of its folder', [link('app/.profile.d', '/etc')]],
    ['a file in the place of its folder', [{ name: 'app/.profile.d' }]],
    ['a second name of it', [{ name: `app/${profile}` }, hardLink('app/x', `app/${profile}`)]],
  ] satisfies [string, Entry[]][])('%s is refused', async (_, own) => {
    await expect(slugOf(own)).rejects.toThrow('has to be written in');
  });
});

/** On this file's containers and images. */
const label = `heroku-docker-release.test=${randomUUID()}`;

afterAll(() => {
  const containers = docker('ps', '--all', '--quiet', '--filter', `label=${label}`);
  if (containers !== '') docker('rm', '--force', ...containers.split('\n'));
  const images = docker('image', 'ls', '--all', '--quiet', '--filter', `label=${label}`);
  if (images !== '') docker('image', 'rm', '--force', ...new Set(images.split('\n')));
});

describe('A slug that is booted, by the smoke test or the embedded Heroku, changes nothing of the dyno outside /app', () => {
  /** Unpacks a slug of entries that somebody has made by hand into a container, and names what that changed. */
  async function changesOf(entries: readonly Entry[]): Promise<string[]> {
    const folder = temporaryFolder();
    const slug = join(folder, 'slug.tgz');
    writeFileSync(slug, gzipSync(crafted('./app', entries)));
    const container = docker('create', '--label', label, machine.runImage, 'true');
    try {
      await copySlug(slug, container, new AbortController().signal);
    } finally {
      expect(changed(container)).toEqual([]);
    }
    return changed(container, '/app');
  }

  function changed(container: string, below?: string): string[] {
    const isApp = (path: string) => path === '/app' || path.startsWith('/app/');
    return docker('diff', container)
      .split('\n')
      .map((line) => line.slice(2))
      .filter((path) => path !== '' && isApp(path) === (below !== undefined));
  }

  test.each([
    ['a hard link to a file of the image', [hardLink('./app/x', '/etc/shadow')]],
    ['one by a relative name', [hardLink('./app/x', './etc/shadow')]],
    ['one by a name that leads up', [hardLink('./app/x', './app/../etc/shadow')]],
    ['one through a link', [link('./app/l', '/etc'), hardLink('./app/x', './app/l/shadow')]],
    [
      'a file behind a link',
      [link('./app/l', '/etc'), { name: './app/l/passwd', content: 'evil' }],
    ],
    [
      'one by another name',
      [link('./app/l', '/etc'), { name: './app/.//l/passwd', content: 'evil' }],
    ],
    ['a link in the place of /app', [link('./app', '/etc'), { name: './app/passwd' }]],
    ['a device', [{ name: './app/null', type: 'CHRTYPE' }]],
    ['a disk', [{ name: './app/disk', type: 'BLKTYPE' }]],
    ['a pipe', [{ name: './app/pipe', type: 'FIFOTYPE' }]],
    ['an entry of unknown type', [{ name: './app/x', type: 'GNUTYPE_SPARSE' }]],
  ] satisfies [string, Entry[]][])('%s is refused', async (_, entries) => {
    await expect(changesOf(entries)).rejects.toMatchObject({
      name: 'DeployError',
      message: expect.stringMatching(/^The slug .* cannot be unpacked into a dyno: .*\.\/app/),
    });
  });

  test('what lies elsewhere is left out, links and odd names are kept', async () => {
    const found = await changesOf([
      { name: './etc/passwd', content: 'evil' },
      { name: './app/../etc/passwd', content: 'evil' },
      { name: '/etc/passwd', content: 'evil' },
      { name: './app/b' },
      link('./app/python', '/usr/bin/python3'),
      link('./app/up', '../etc/passwd'),
      hardLink('./app/c', './app/b'),
      { name: './app/$(touch x)' },
    ]);
    expect(found.sort()).toEqual(
      ['/app', '/app/$(touch x)', '/app/a', '/app/b', '/app/c', '/app/python', '/app/up'].sort(),
    );
  });

  test('and a setuid bit is the dyno user’s', async () => {
    const folder = temporaryFolder();
    const slug = join(folder, 'slug.tgz');
    writeFileSync(slug, gzipSync(crafted('./app', [{ name: './app/su', mode: 0o4755 }])));
    const container = docker(
      'create',
      '--label',
      label,
      machine.runImage,
      ...['stat', '-c', '%u %a', '/app/su'],
    );
    await copySlug(slug, container, new AbortController().signal);
    expect(docker('start', '--attach', container)).toMatch(/^1000 /);
  });
});

describe('Links of an image’s own are followed nowhere on this machine where it is compared with the dyno', () => {
  test('in the place of what the comparison writes', async () => {
    const dockerfile = [
      `FROM ${machine.stackImage}`,
      `LABEL ${label}`,
      'USER root',
      'RUN mkdir --parents /heroku-docker/found && ln -s /etc/hostname /heroku-docker/found/added',
    ];
    const input = dockerfile.join('\n');
    const app = execFileSync('docker', ['build', '--quiet', '-'], { input, encoding: 'utf8' });
    const run = docker('image', 'inspect', '--format', '{{.Id}}', machine.runImage);
    const comparing = compareImages({
      app: app.trim(),
      stack: run,
      run,
      programFolders: [],
      builder: (await connectEngine()).builder,
      signal: new AbortController().signal,
    });
    await expect(comparing).rejects.toMatchObject({ code: 'ELOOP' });
  });
});
