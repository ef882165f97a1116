import { describe, expect, test } from 'vitest';
import { NoAnswerError } from '../../src/http/http-error.ts';

const statusPage = 'https://status.heroku.com';

describe('no answer', () => {
  test.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('for a certificate that is not trusted (%s) is no matter of trying again', (code) => {
    const error = new NoAnswerError('GET /apps/shop', failed('not trusted', code), statusPage);
    expect(error).toMatchObject({ permanent: true, ambiguous: false });
    expect(error.message).toBe('GET /apps/shop: no answer (not trusted)');
    expect(error.remedy).toContain('NODE_EXTRA_CA_CERTS');
  });

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])(
    'for want of a connection (%s) means that nothing was sent',
    (code) => {
      const error = new NoAnswerError('GET /apps/shop', failed('', code), statusPage);
      expect(error).toMatchObject({ permanent: false, ambiguous: false });
      expect(error.message).toBe(`GET /apps/shop: no answer (${code})`);
    },
  );

  test.each([failed('reset', 'ECONNRESET'), failed('closed', 'UND_ERR_SOCKET'), 'thrown text'])(
    'for any other reason may mean that the call was carried out: %s',
    (cause) => {
      const error = new NoAnswerError('GET /apps/shop', cause, statusPage);
      expect(error).toMatchObject({ permanent: false, ambiguous: true, cause });
    },
  );
});

function failed(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
