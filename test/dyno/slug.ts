import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** The files of a slug: path below `./app/` to text; a name that ends in `.sh` or has no dot is executable. */
export type SlugFiles = Readonly<Record<string, string>>;

/** Makes a slug as the platform wants it: names below `./app/`, owners 0:0. */
export async function makeSlug(slugPath: string, files: SlugFiles, root = './app'): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'slug-'));
  try {
    await mkdir(join(folder, root), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: /\.sh$|^[^.]+$/.test(path) ? 0o755 : 0o644 });
    }
    await create({ cwd: folder, gzip: true, file: slugPath, onWriteEntry: ownByRoot }, [root]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function ownByRoot(entry: { stat?: { uid: number; gid: number } | undefined }): void {
  if (!entry.stat) return;
  entry.stat.uid = 0;
  entry.stat.gid = 0;
}

/** A web server in Perl, which every Debian has: answers each request with what `body` evaluates to. */
export function perlServer(body: string): string {
  return `use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(LocalAddr => $ENV{ADDRESS} || '0.0.0.0', LocalPort => $ARGV[0], Listen => 5, ReuseAddr => 1) or die "no socket: $!";
print "listening on $ARGV[0]\\n";
while (my $client = $server->accept) {
  while (<$client>) { last if /^\\r?$/ }
  my $body = ${body};
  print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
  close $client;
}
`;
}
