import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Writes an app into a folder of its own and returns the folder's path. */
export function writeApp(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'app-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Copies one of the examples, so that nothing is written into the repository. */
export function copyExample(name: string): string {
  return copyApp(join(import.meta.dirname, '../../examples', name));
}

/** Copies an app that the tests have. */
export function copyApp(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${basename(path)}-`));
  cpSync(path, folder, { recursive: true });
  return folder;
}

/**
 * A Dockerfile of a user's own, without ONBUILD: the stack image, an ENV, a WORKDIR, a plain COPY,
 * and a web server in bash and netcat, so that it builds in a second.
 */
export function ownDockerfileApp(stackImage: string): string {
  return writeApp({
    Dockerfile: [
      `FROM ${stackImage}`,
      'USER root',
      'WORKDIR /app/web',
      "ENV GREETING='hello $world' LEVEL=high",
      'COPY . .',
      '',
    ].join('\n'),
    Procfile: 'web: bash serve.sh',
    'serve.sh': [
      'answer() {',
      '  body="$GREETING|$LEVEL|$PWD|$HOME"',
      '  printf "HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s" "$(printf %s "$body" | wc -c)" "$body"',
      '}',
      'while true; do answer | nc -l -p "$PORT" -q 1; done',
      '',
    ].join('\n'),
    '.dockerignore': 'Dockerfile\n',
  });
}
