import { execFileSync } from 'node:child_process';

/** An entry for Python to write. Names are bytes, written one to a character (Latin-1). */
export interface PythonEntry {
  /** A constant of Python's `tarfile`. */
  readonly type:
    | 'REGTYPE'
    | 'AREGTYPE'
    | 'DIRTYPE'
    | 'SYMTYPE'
    | 'LNKTYPE'
    | 'FIFOTYPE'
    | 'CHRTYPE'
    | 'BLKTYPE'
    | 'CONTTYPE'
    | 'GNUTYPE_SPARSE';
  readonly name: string;
  readonly linkName: string;
  readonly mode: number;
  /** Seconds since 1970; with a fraction in the pax format. */
  readonly modified: number;
  readonly content: string;
  /** What the pax header before it says of it, in place of what this says. */
  readonly records?: Readonly<Record<string, string>>;
}

const program = `
import base64, io, json, sys, tarfile
spec = json.load(sys.stdin)
def name(text):
    return text.encode('latin-1').decode('utf-8', 'surrogateescape')
for entries in spec['archives']:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode='w', format=getattr(tarfile, spec['format']),
                      encoding='utf-8', errors='surrogateescape') as archive:
        for entry in entries:
            info = tarfile.TarInfo(name(entry['name']))
            info.type = getattr(tarfile, entry['type'])
            info.linkname = name(entry['linkName'])
            info.mode = entry['mode']
            info.mtime = entry['modified']
            info.pax_headers = entry.get('records', {})
            content = entry['content'].encode('latin-1')
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    print(base64.b64encode(written.getvalue()).decode())
`;

/** Archives as Python's standard library writes them; several at a time, since Python starts slowly. */
export function packWithPython(
  format: string,
  archives: readonly (readonly PythonEntry[])[],
): Buffer[] {
  const written = execFileSync('python3', ['-c', program], {
    input: JSON.stringify({ format, archives }),
    maxBuffer: 1 << 28,
  });
  const lines = written.toString().split('\n', archives.length);
  return lines.map((text) => Buffer.from(text, 'base64'));
}
