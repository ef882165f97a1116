import type { Reporter } from '../reporter.ts';

/** Shorter values are no signatures, and words that a log may well have for other reasons. */
const shortestPart = 12;

/**
 * Whoever holds a signed URL has what it permits. Its parameters alone are enough to build one, and
 * an answer that repeats it may do so with other characters between or in them.
 */
export function maskSignedUrl(reporter: Reporter, url: string): void {
  reporter.secret(url);
  const { pathname, search, searchParams } = new URL(url);
  const written = search.slice(1).split('&');
  const values = written.map((parameter) => parameter.slice(parameter.indexOf('=') + 1));
  const parts = new Set([`${pathname}${search}`, search, ...values, ...searchParams.values()]);
  for (const part of parts) if (part.length >= shortestPart) reporter.secret(part);
}
