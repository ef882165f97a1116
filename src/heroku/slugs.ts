import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Commit } from '../app/commit.ts';
import type { ProcessTypes } from '../app/procfile.ts';
import type { HerokuClient } from './client.ts';

/** What a new slug is made of. */
export interface NewSlug {
  readonly processTypes: ProcessTypes;
  /** Name of the stack that it was built for. */
  readonly stack: string;
  /** `SHA256:<hex>` of the file. */
  readonly checksum: string;
  readonly commit: Commit | undefined;
  /** What made it, for `heroku releases` and the dashboard: `Node.js`. */
  readonly description: string;
}

/** A slug at Heroku that waits for its file. */
export interface SlugTicket {
  readonly id: string;
  /** Signed URL that takes the file by PUT, for about an hour. */
  readonly uploadUrl: string;
}

/**
 * Announces a slug and asks where to put its file. A slug that no release uses is thrown away by
 * the platform, so the call may be repeated.
 */
export async function createSlugTicket(
  client: HerokuClient,
  app: string,
  slug: NewSlug,
): Promise<SlugTicket> {
  const answer = await client.call<{ id: string; blob: { url: string } }>({
    method: 'POST',
    path: `/apps/${encodeURIComponent(app)}/slugs`,
    repeatable: true,
    body: {
      process_types: slug.processTypes,
      stack: slug.stack,
      checksum: slug.checksum,
      buildpack_provided_description: slug.description,
      ...(slug.commit && { commit: slug.commit.id }),
      ...(slug.commit?.subject && { commit_description: slug.commit.subject }),
    },
  });
  maskSignedUrl(client, answer.blob.url);
  return { id: answer.id, uploadUrl: answer.blob.url };
}

/** Sends the slug's file to where the ticket says, and says how far it is. */
export async function uploadSlug(
  client: HerokuClient,
  ticket: SlugTicket,
  file: { path: string; sizeBytes: number },
): Promise<void> {
  await client.upload({
    url: ticket.uploadUrl,
    sizeBytes: file.sizeBytes,
    open: () => Readable.from(readWithProgress(client, file), { objectMode: false }),
  });
}

async function* readWithProgress(
  client: HerokuClient,
  file: { path: string; sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  let sentBytes = 0;
  for await (const chunk of createReadStream(file.path, { highWaterMark: 256 * 1024 })) {
    yield chunk;
    sentBytes += chunk.length;
    client.reporter.progress('Uploading', sentBytes, file.sizeBytes);
  }
}

/** Whoever holds a signed URL may write; its parameters alone are enough to build one. */
function maskSignedUrl(client: HerokuClient, url: string): void {
  client.reporter.secret(url);
  const { search } = new URL(url);
  if (search !== '') client.reporter.secret(search);
}
