import { createHmac, timingSafeEqual } from 'node:crypto';

/** What became of a signed URL. */
export type SignatureState = 'valid' | 'expired' | 'wrong';

/** Seconds that a signed URL is good for where nothing else is said. */
const usualLifetimeSeconds = 3600;

/** Makes and checks URLs that are used without a token, in the form of S3's query string authentication. */
export class UrlSigner {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** Signs a use of a URL, for an hour or as long as is said. */
  sign(
    method: 'GET' | 'PUT',
    origin: string,
    path: string,
    lifetimeSeconds = usualLifetimeSeconds,
  ): string {
    const expires = String(Math.floor(Date.now() / 1000) + lifetimeSeconds);
    const query = new URLSearchParams({
      AWSAccessKeyId: 'LOCALHEROKU',
      Signature: this.#signature(method, path, expires),
      Expires: expires,
    });
    return `${origin}${path}?${query}`;
  }

  /** Checks the signature of a request. */
  check(method: string, url: URL): SignatureState {
    const expires = url.searchParams.get('Expires') ?? '';
    const expected = this.#signature(method, url.pathname, expires);
    if (!isEqual(url.searchParams.get('Signature') ?? '', expected)) return 'wrong';
    return Number(expires) * 1000 < Date.now() ? 'expired' : 'valid';
  }

  #signature(method: string, path: string, expires: string): string {
    return createHmac('sha256', this.#key)
      .update(`${method}\n${path}\n${expires}`)
      .digest('base64');
  }
}

function isEqual(one: string, other: string): boolean {
  const [ones, others] = [Buffer.from(one), Buffer.from(other)];
  return ones.length === others.length && timingSafeEqual(ones, others);
}
