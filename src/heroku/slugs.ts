import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Commit } from '../app/commit.ts';
import type { ProcessTypes } from '../app/procfile.ts';
import type { HerokuClient } from './client.ts';
import { ifThere, PlatformError } from './platform-error.ts';
import { maskSignedUrl } from './signed-url.ts';

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

/** A slug at Heroku (schema of slug, as far as it is read here). */
export interface Slug {
  readonly id: string;
  /** `SHA256:<hex>` of the file, as its maker said; absent where it said nothing. */
  readonly checksum: string | undefined;
  readonly processTypes: ProcessTypes;
  /** Name of the stack that it was built for. */
  readonly stack: string;
}

interface SlugAnswer {
  readonly id: string;
  readonly blob: { readonly url: string };
  readonly checksum: string | null;
  readonly process_types: ProcessTypes;
  readonly stack: { readonly name: string };
}

/** A slug's file on this machine. */
export interface SlugFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Each with a URL of its own, good for about an hour. */
const uploadTries = 3;

/** Reads what Heroku knows of a slug of an app; of one that it threw away, nothing. */
export async function readSlug(
  client: HerokuClient,
  app: string,
  id: string,
): Promise<Slug | undefined> {
  const answer = await ifThere(
    client.call<SlugAnswer>({
      method: 'GET',
      path: `${slugsOf(app)}/${encodeURIComponent(id)}`,
      repeatable: true,
      fields: ['id', 'blob', 'process_types', 'stack'],
    }),
  );
  if (answer === undefined) return undefined;
  maskSignedUrl(client.reporter, answer.blob.url);
  return {
    id: answer.id,
    checksum: answer.checksum ?? undefined,
    processTypes: answer.process_types,
    stack: answer.stack.name,
  };
}

/**
 * Takes a slug to Heroku: announces it and uploads its file, and begins again with a new one where
 * the URL of the upload expired on the way.
 * @returns its id.
 */
export async function shipSlug(
  client: HerokuClient,
  app: string,
  slug: NewSlug,
  file: SlugFile,
): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const ticket = await createSlugTicket(client, app, slug);
    try {
      await uploadSlug(client, ticket, file);
      return ticket.id;
    } catch (error) {
      if (!hasExpired(error) || attempt === uploadTries) throw error;
      client.reporter.info('The URL of the upload has expired; beginning again with a new one');
    }
  }
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
    path: slugsOf(app),
    repeatable: true,
    fields: ['id', 'blob'],
    body: {
      process_types: slug.processTypes,
      stack: slug.stack,
      checksum: slug.checksum,
      buildpack_provided_description: slug.description,
      ...(slug.commit && { commit: slug.commit.id }),
      ...(slug.commit?.subject && { commit_description: slug.commit.subject }),
    },
  });
  maskSignedUrl(client.reporter, answer.blob.url);
  return { id: answer.id, uploadUrl: answer.blob.url };
}

/** Sends the slug's file to where the ticket says, and says how far it is. */
export async function uploadSlug(
  client: HerokuClient,
  ticket: SlugTicket,
  file: SlugFile,
): Promise<void> {
  await client.upload({
    url: ticket.uploadUrl,
    sizeBytes: file.sizeBytes,
    open: () => Readable.from(readWithProgress(client, file), { objectMode: false }),
  });
}

async function* readWithProgress(client: HerokuClient, file: SlugFile): AsyncGenerator<Uint8Array> {
  let sentBytes = 0;
  for await (const chunk of createReadStream(file.path, { highWaterMark: 256 * 1024 })) {
    yield chunk;
    sentBytes += chunk.length;
    client.reporter.progress('Uploading', sentBytes, file.sizeBytes);
  }
}

/** As S3 says it (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html): of the URL, of the credentials that signed it. */
function hasExpired(error: unknown): boolean {
  if (!(error instanceof PlatformError)) return false;
  return (
    error.id === 'ExpiredToken' ||
    (error.id === 'AccessDenied' && error.message.includes('has expired'))
  );
}

function slugsOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}/slugs`;
}
