import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeApp } from './apps.ts';
import { machine } from './machine.ts';

/** An app in Perl, with a Dockerfile of its own, that is built in a second. */
export interface WebApp {
  readonly workspace: string;
  /** Makes its next slug another one, which says so. */
  readonly change: (greeting: string) => void;
}

/** Answers with `$STATUS`, or 200, and a page that says the greeting and the config var `NAME`. */
const server = `use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die "no socket: $!";
open(my $file, '<', 'greeting') or die; my $greeting = <$file>; chomp $greeting;
while (my $client = $server->accept) {
  while (<$client>) { last if /^\\r?$/ }
  my ($status, $name) = ($ENV{STATUS} || 200, $ENV{NAME} // 'nobody');
  $status = 500 if $greeting eq 'broken';
  print $client "HTTP/1.1 $status Said\\r\\nConnection: close\\r\\n\\r\\n$greeting, $name\\n";
  close $client;
}
`;

/** @param files of the app besides its own; a Procfile among them takes the place of its own. */
export function webApp(files: Readonly<Record<string, string>> = {}): WebApp {
  const workspace = writeApp({
    Dockerfile: `FROM ${machine.stackImage}\nUSER root\nWORKDIR /app\nCOPY . .\n`,
    '.dockerignore': 'Dockerfile\n.env\n',
    Procfile: 'web: exec perl server.pl\n',
    'server.pl': server,
    greeting: 'hello\n',
    ...files,
  });
  return {
    workspace,
    change: (greeting) => writeFileSync(join(workspace, 'greeting'), `${greeting}\n`),
  };
}

/** Adds lines to a file of the app. */
export function append({ workspace }: WebApp, file: string, lines: string): void {
  appendFileSync(join(workspace, file), lines);
}
