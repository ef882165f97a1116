import type { Release } from '../../src/heroku/releases.ts';

/** A release that an app runs, with the slug `s-<version>`. */
export function releaseOf(version: number, more: Partial<Release> = {}): Release {
  return {
    id: `r-${version}`,
    version,
    status: 'succeeded',
    slug: { id: `s-${version}` },
    current: true,
    description: 'Deploy 0123456',
    eligible_for_rollback: true,
    output_stream_url: null,
    created_at: '2026-01-01T12:00:00Z',
    ...more,
  };
}
