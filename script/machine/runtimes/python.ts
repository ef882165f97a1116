import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from '../packages/command.ts';
import { debianVersion, stackSuite, stackVersion, unpackDebian } from '../packages/debian.ts';
import type { Packer } from './packer.ts';

/** The version that the stand-ins' own Debian release has. */
const minor = '3.13';
const name = `python${minor}`;
const machine = 'x86_64-linux-gnu';

const packages = [
  name,
  `${name}-minimal`,
  `lib${name}`,
  `lib${name}-minimal`,
  `lib${name}-stdlib`,
  `lib${name}-dev`,
  `${name}-venv`,
  'python3-pip-whl',
  // What the stack's run image lacks of that: the vendor's Python has its own.
  'libmpdec4',
  'libdb5.3t64',
];

/** What Python itself needs to run on a machine whose C library is older. */
const system = ['libc6', 'libexpat1', 'zlib1g'];

/**
 * Python, as Heroku lays it out for its buildpack (heroku-buildpack-python,
 * builds/build_python_runtime.sh): all in the archive's root, for another folder than the one that it
 * is unpacked to, with the headers and without the tests.
 */
const python: Packer = {
  vendor:
    'https://heroku-buildpack-python.s3.dualstack.us-east-1.amazonaws.com/python-3.13.15-ubuntu-24.04-amd64.tar.zst',
  defaultVersion: minor,
  resolve: (version) => {
    const [packaged = ''] = debianVersion(stackSuite, name).split('-');
    if (packaged === version || packaged.startsWith(`${version}.`)) return packaged;
    throw new Error(`Debian ${stackSuite} has Python ${packaged}, and no ${version}`);
  },
  download: (version) => ({
    path: `python-${version}-ubuntu-${stackVersion}-amd64.tar.zst`,
    withoutTopFolder: true,
    assemble: (work) => assemblePython(join(work, 'debian'), join(work, 'python')),
  }),
};

export default python;

function assemblePython(debian: string, folder: string): string {
  unpackDebian(stackSuite, [...packages, ...system], debian);
  const library = join(folder, 'lib', name);
  for (const part of ['bin', 'lib', 'include']) mkdirSync(join(folder, part), { recursive: true });
  renameSync(join(debian, 'usr/lib', name), library);
  renameSync(join(debian, 'usr/bin', name), join(folder, 'bin', name));
  for (const link of ['python3', 'python']) symlinkSync(name, join(folder, 'bin', link));
  moveSharedLibraries(join(debian, 'usr/lib', machine), join(folder, 'lib'));
  moveHeaders(join(debian, 'usr/include'), join(folder, 'include'));
  removeWhatTheVendorLeavesOut(library);
  installAsUpstream(library);
  compile(debian, folder);
  mkdirSync(join(library, 'ensurepip/_bundled'));
  cpSync(join(debian, 'usr/share/python-wheels'), join(library, 'ensurepip/_bundled'), {
    recursive: true,
  });
  return folder;
}

function moveSharedLibraries(from: string, to: string): void {
  for (const file of readdirSync(from)) {
    if (/^lib(python|mpdec|db-).*\.so(\.|$)/.test(file))
      renameSync(join(from, file), join(to, file));
  }
}

/** Debian has the one header that differs by machine in a folder of its own. */
function moveHeaders(from: string, to: string): void {
  renameSync(join(from, name), join(to, name));
  renameSync(join(from, machine, name, 'pyconfig.h'), join(to, name, 'pyconfig.h'));
}

function removeWhatTheVendorLeavesOut(library: string): void {
  const unwanted = ['test', 'EXTERNALLY-MANAGED', 'sitecustomize.py', '_distutils_system_mod.py'];
  for (const file of unwanted) rmSync(join(library, file), { recursive: true });
  const config = join(library, `config-${minor}-${machine}`);
  for (const file of readdirSync(config)) {
    if (/\.(a|o|so)$/.test(file)) rmSync(join(config, file));
  }
}

/**
 * Debian's Python installs packages to /usr/local, in folders of other names, and has its pip
 * elsewhere. The module that makes the search path is compiled into the program, so that the other
 * name stays as well.
 */
function installAsUpstream(library: string): void {
  mkdirSync(join(library, 'site-packages'));
  symlinkSync('site-packages', join(library, 'dist-packages'));
  replaceIn(join(library, 'sysconfig/__init__.py'), "'posix_local')", "'posix_prefix')");
  replaceIn(
    join(library, 'sysconfig/__init__.py'),
    /prefix_scheme = 'posix_local'/,
    "prefix_scheme = 'posix_prefix'",
  );
  const data = join(library, `_sysconfigdata__linux_${machine}.py`);
  replaceIn(data, /^ *'WHEEL_PKG_DIR': .*\n/m, '');
}

/** As the vendor does it, and for the same folder: bytecode that is never held against its source. */
function compile(debian: string, folder: string): void {
  const libraries = join(debian, 'usr/lib', machine);
  const python = ['--library-path', libraries, join(folder, 'bin', name), '-E'];
  const paths = ['-s', folder, '-p', '/tmp/python'];
  const mode = ['--invalidation-mode', 'unchecked-hash'];
  const loader = join(libraries, 'ld-linux-x86-64.so.2');
  run(loader, [...python, '-m', 'compileall', '-q', ...mode, ...paths, join(folder, 'lib', name)]);
}

function replaceIn(file: string, found: string | RegExp, replacement: string): void {
  const text = readFileSync(file, 'utf8');
  const replaced = text.replace(found, replacement);
  if (replaced === text) throw new Error(`${file} is not as expected: it has no ${found}`);
  writeFileSync(file, replaced);
}
