import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Platform } from './platform.ts';

/** S3's refusals, as far as an upload to a signed URL can meet them (S3 API Reference, "Error responses"). */
const refusals = {
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided.',
  ],
  AccessDenied: [403, 'Request has expired'],
  InvalidArgument: [
    400,
    'Only one auth mechanism allowed; only the Signature query string parameter or the Authorization header should be specified',
  ],
  NotImplemented: [501, 'A header you provided implies functionality that is not implemented'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  NoSuchKey: [404, 'The specified key does not exist.'],
} as const;

type RefusalCode = keyof typeof refusals;

/**
 * Answers at a slug's signed URL as S3 does, where the platform keeps slugs: strict about what was
 * not signed, and in XML.
 */
export async function answerBlob(
  platform: Platform,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const slugId = url.pathname.split('/')[2] ?? '';
  const code = refusalOf(platform, url, request);
  if (code) return refuse(code, request, response);
  if (!platform.store.state.slugs.some(({ id }) => id === slugId)) {
    return refuse('NoSuchKey', request, response);
  }
  if (request.method === 'PUT') await store(platform, slugId, request, response);
  else await send(platform, slugId, request, response);
}

function refusalOf({ signer }: Platform, url: URL, request: IncomingMessage) {
  const { headers, method = '' } = request;
  if (headers.authorization !== undefined) return 'InvalidArgument';
  const signature = signer.check(method, url);
  if (signature === 'expired') return 'AccessDenied';
  // The signature covers an empty Content-Type.
  if (signature === 'wrong' || headers['content-type']) return 'SignatureDoesNotMatch';
  if (method !== 'PUT') return undefined;
  if (headers['transfer-encoding'] !== undefined) return 'NotImplemented';
  if (headers['content-length'] === undefined) return 'MissingContentLength';
  return undefined;
}

function refuse(code: RefusalCode, request: IncomingMessage, response: ServerResponse): void {
  const [status, message] = refusals[code];
  request.resume(); // A client that is still sending would otherwise never read the answer.
  response
    .writeHead(status, { 'Content-Type': 'application/xml', 'x-amz-request-id': randomUUID() })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
}

async function store(
  { folder, store: state }: Platform,
  slugId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const part = `${folder.slug(slugId)}.${randomUUID()}.part`;
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(request, measure, createWriteStream(part));
    await rename(part, folder.slug(slugId));
  } finally {
    await rm(part, { force: true });
  }
  await state.update(({ slugs }) => {
    const slug = slugs.find(({ id }) => id === slugId);
    if (!slug) return;
    slug.size = size;
    slug.uploadedSha256 = hash.digest('hex');
    slug.updatedAt = new Date().toISOString();
  });
  response.writeHead(200, { 'x-amz-request-id': randomUUID() }).end();
}

async function send(
  { folder }: Platform,
  slugId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = folder.slug(slugId);
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return refuse('NoSuchKey', request, response);
  response.writeHead(200, { 'Content-Length': size });
  await pipeline(createReadStream(file), response);
}
