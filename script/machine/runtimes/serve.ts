// Serves a folder over HTTP, for reading only:
//
//   node serve.ts FOLDER PORT NAME ADDRESS...
//
// Prints the port that it has, and answers NAME at /, by which a caller can tell whose server it is.
// Node's built-in modules only: nothing has to be installed first.

import { createReadStream, realpathSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, sep } from 'node:path';

/** What a server answers with. */
interface Content {
  readonly root: string;
  readonly name: string;
}

/** The port asked for where it is free, so that addresses last; else one that is. */
async function serve(content: Content, port: number, addresses: string[]): Promise<void> {
  const [first = '127.0.0.1', ...others] = addresses;
  const opened = await listen(content, first, port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return listen(content, first, 0);
    throw error;
  });
  const chosen = (opened.address() as AddressInfo).port;
  await Promise.all(others.map((address) => listen(content, address, chosen)));
  process.stdout.write(`${chosen}\n`);
}

function listen(content: Content, address: string, port: number): Promise<Server> {
  const server = createServer((request, response) => answer(content, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
}

function answer(content: Content, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405).end();
    return;
  }
  if (request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end(content.name);
    return;
  }
  const file = fileAt(content.root, request.url ?? '');
  if (!file) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-length': statSync(file).size });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
}

function fileAt(root: string, url: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(url, 'http://mirror').pathname);
    const file = realpathSync(join(root, path));
    return file.startsWith(root + sep) && statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

const [folder, port, name, ...addresses] = process.argv.slice(2);
if (folder === undefined || name === undefined) {
  throw new Error('Usage: node serve.ts FOLDER PORT NAME ADDRESS...');
}
await serve({ root: realpathSync(folder), name }, Number(port), addresses);
