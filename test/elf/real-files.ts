import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DynamicObject } from '../../src/elf/dynamic-object.ts';
import { ElfReader } from '../../src/elf/elf-reader.ts';
import { entryType } from '../../src/tar/header.ts';
import { TarReader } from '../../src/tar/reader.ts';
import { machine } from '../support/machine.ts';

/** Node.js as it comes from the registry. */
const nodeBinary = join(import.meta.dirname, '../../node_modules/node/bin/node');

/**
 * Makes programs of every kind that the stack's compiler makes, takes Node.js from its input, and
 * writes these, what readelf says of them and of all that the stack has, into one archive.
 */
const script = `
set -e
mkdir /made && cd /made
echo 'int f(void) { return 1; }' > library.c
echo 'int main(void) { return 0; }' > program.c
ORIGIN='$ORIGIN'
gcc -shared -fPIC -Wl,-soname,liblibrary.so.1 -o liblibrary.so library.c
gcc -shared -fPIC -nostdlib -o alone.so library.c
gcc -shared -fPIC -o addon.node library.c -Wl,--no-as-needed -L. -llibrary -lm '-Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib:/app/lib'
gcc -o program program.c
gcc -no-pie -o fixed program.c
gcc -static -o static program.c
gcc -static-pie -o static-pie program.c
gcc -o new-path program.c '-Wl,--enable-new-dtags,-rpath,$ORIGIN/lib'
gcc -o old-path program.c '-Wl,--disable-new-dtags,-rpath,$ORIGIN/lib:/app/lib'
gcc -c -o object.o program.c
strip -o stripped program
cat > node
find /made /usr/bin /usr/lib/x86_64-linux-gnu -type f -print0 |
  while IFS= read -r -d '' file; do
    printf 'File: %s\\n' "$file"
    readelf --wide --file-header --program-headers --dynamic "$file" 2> /dev/null || true
  done > /readelf.txt
exec tar --create --file=- --format=gnu --hard-dereference --absolute-names /readelf.txt /made /usr/bin /usr/lib/x86_64-linux-gnu
`;

/** What the reader and readelf make of the same files, by path. */
export interface RealFiles {
  readonly read: ReadonlyMap<string, DynamicObject | 'unread'>;
  readonly expected: ReadonlyMap<string, DynamicObject>;
  /** Small ones, whole. */
  readonly made: ReadonlyMap<string, Buffer>;
}

/** Reads them in the stack's build image: Node.js, what was made for this, and all of `/usr/bin` and `/usr/lib`. */
export async function readRealFiles(): Promise<RealFiles> {
  const read = new Map<string, DynamicObject | 'unread'>();
  const whole = new Map<string, Buffer>();
  const elf = new ElfReader();
  const tar = new TarReader(({ type, name, size }) => {
    if (type !== entryType.file || size === 0) return undefined;
    const path = name.toString();
    const isKept = path === '/readelf.txt' || (path.startsWith('/made/') && size < 1e6);
    const kept: Buffer[] = [];
    let remaining = size;
    elf.start(size);
    return (bytes) => {
      const content = bytes.subarray(0, remaining);
      remaining -= content.length;
      elf.push(content);
      if (isKept) kept.push(Buffer.from(content));
      if (remaining > 0 || content.length === 0) return;
      if (isKept) whole.set(path, Buffer.concat(kept));
      if (elf.result !== undefined) read.set(path, elf.result);
    };
  });
  for await (const chunk of archive()) tar.push(chunk);
  tar.end();
  const expected = parseReadelf(String(whole.get('/readelf.txt')));
  return { read, expected, made: whole };
}

async function* archive(): AsyncGenerator<Buffer> {
  const options = ['--rm', '--interactive', '--user=root'];
  const args = ['run', ...options, machine.stackImage, 'bash', '-c', script];
  const docker = spawn('docker', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => docker.on('close', resolve));
  const fed = pipeline(createReadStream(nodeBinary), docker.stdin);
  fed.catch(() => {}); // The status says more, and comes after it.
  yield* docker.stdout;
  const status = await ended;
  if (status !== 0) throw new Error(`the container ended with ${status}`);
}

function parseReadelf(text: string): Map<string, DynamicObject> {
  const files = text.split(/^File: /m).slice(1);
  return new Map(
    files.flatMap((file) => {
      const object = parseObject(file);
      return object ? [[file.slice(0, file.indexOf('\n')), object] as const] : [];
    }),
  );
}

function parseObject(text: string): DynamicObject | undefined {
  const isForDynos =
    /^ +Class: +ELF64$/m.test(text) &&
    /^ +Machine: +Advanced Micro Devices X86-64$/m.test(text) &&
    /^ +Type: +(?:EXEC|DYN)/m.test(text) &&
    /^Dynamic section at offset/m.test(text);
  const hasLoader = /^ +INTERP /m.test(text);
  const isProgram = /^ +Type: +EXEC|\(FLAGS_1\).* PIE/m.test(text);
  if (!isForDynos || (isProgram && !hasLoader)) return undefined;
  const values = (tag: string) =>
    [...text.matchAll(new RegExp(`\\(${tag}\\).*\\[(.*)\\]$`, 'gm'))].map(
      ([, value = '']) => value,
    );
  const [path] = [...values('RUNPATH'), ...values('RPATH')];
  return { isProgram, needed: values('NEEDED'), searchPath: path?.split(':') ?? [] };
}
