import { execFileSync, spawnSync } from 'node:child_process';

/** An entry of an archive as GNU tar lists it. Names are bytes, written one to a character (Latin-1). */
export interface ListedEntry {
  readonly kind: EntryKind;
  readonly mode: number;
  /** Seconds since 1970. */
  readonly modified: number;
  readonly size: number;
  readonly name: string;
  /** Target of a link; empty elsewhere. */
  readonly linkName: string;
}

export type EntryKind = 'file' | 'folder' | 'symbolic link' | 'hard link' | 'fifo' | 'device';

/** Options that every listing is made with: one line an entry, and nothing that depends on the machine. */
const listing = [
  '--list',
  '--verbose',
  '--utc',
  '--full-time',
  '--quoting-style=c',
  // Python says in the pax format that names are bytes, which they are to GNU tar anyway.
  '--warning=no-unknown-keyword',
];

/** What GNU tar makes of an archive, however damaged: its lines, and what it complains of. */
export function listLines(archive: Buffer, ...options: string[]) {
  const { stdout, stderr } = spawnSync('tar', [...listing, ...options, '--file=-'], {
    input: archive,
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 28,
  });
  return {
    lines: stdout.toString('latin1').split('\n').slice(0, -1),
    complaints: stderr.toString('latin1'),
  };
}

/** Lists an archive with GNU tar, which has nothing to complain of it. */
export function list(archive: Buffer, ...options: string[]): ListedEntry[] {
  const { lines, complaints } = listLines(archive, ...options);
  if (complaints !== '') throw new Error(complaints);
  return lines.map(parseLine);
}

/** Packs files of a folder with GNU tar, without filling after the end of the archive. */
export function pack(folder: string, format: string, ...args: string[]): Buffer {
  return execFileSync(
    'tar',
    ['--blocking-factor=1', `--format=${format}`, '-C', folder, '-cf', '-', ...args],
    { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

const line =
  /^(.)(.{9}) \S+\/\S+ +(\d+|\d+,\d+) (-?\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\S* +(".*")$/;

/** Reads one line of a listing. */
export function parseLine(text: string): ListedEntry {
  const parts = line.exec(text);
  if (!parts) throw new Error(`GNU tar listed what is not understood: ${text}`);
  const [, type = '', bits = '', size = '', ...rest] = parts;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const [name = '', linkName = ''] = [...(rest[6] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(
    ([, quoted = '']) => unquote(quoted),
  );
  return {
    kind: kinds[type] ?? 'device',
    mode: modeOf(bits),
    modified: date.getTime() / 1000,
    size: Number(size) || 0,
    name,
    linkName,
  };
}

const kinds: Readonly<Record<string, EntryKind>> = {
  '-': 'file',
  d: 'folder',
  l: 'symbolic link',
  h: 'hard link',
  p: 'fifo',
};

/** `rwsr-xr-T` as a number. */
function modeOf(bits: string): number {
  let mode = 0;
  [...bits].forEach((bit, index) => {
    if (!'-ST'.includes(bit)) mode |= 0o400 >> index;
    if ('sStT'.includes(bit)) mode |= 0o4000 >> ((index - 2) / 3);
  });
  return mode;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unquote(quoted: string): string {
  return quoted.replaceAll(/\\([0-7]{3}|.)/g, (_, escaped: string) =>
    escaped.length === 3
      ? String.fromCharCode(Number.parseInt(escaped, 8))
      : (escapes[escaped] ?? escaped),
  );
}
