import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingToken } from '../../src/verbs/steps/missing-token.ts';
import { temporaryFolder } from '../support/folder.ts';

/** What a runner has in its environment for an event. */
function runFor(name: string, event: unknown, more: Readonly<Record<string, string>> = {}) {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  const path = join(temporaryFolder({ 'event.json': text }), 'event.json');
  return { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path, ...more };
}

function pullRequest(head: string | null, base = 'org/shop') {
  const repo = head === null ? null : { full_name: head, fork: head !== base };
  return { pull_request: { head: { repo }, base: { repo: { full_name: base } } } };
}

describe('A pull request from a fork has no secrets, and says so, with what to do', () => {
  test.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])(
    '%s',
    (name) => {
      const error = missingToken(runFor(name, pullRequest('alice/shop')));
      expect(error.message).toBe(
        'No Heroku token: this run is for a pull request from the fork alice/shop, and GitHub gives those no secrets.',
      );
      expect(error.remedy).toContain(
        'if: github.event.pull_request.head.repo.full_name == github.repository',
      );
      expect(error.remedy).toContain('"command: build"');
      expect(error.remedy).toMatch(/never .*pull_request_target/);
    },
  );

  test('also where the fork is gone by now', () => {
    const error = missingToken(runFor('pull_request', pullRequest(null)));
    expect(error.message).toContain('a pull request from a fork that is gone');
  });

  test('whatever the fork is called', () => {
    const error = missingToken(runFor('pull_request', pullRequest('a\n::error::x')));
    expect(error.message).not.toContain('\n');
  });

  test('as Dependabot’s has those of Dependabot alone', () => {
    const more = { GITHUB_ACTOR: 'dependabot[bot]' };
    const event = runFor('pull_request', pullRequest('org/shop'), more);
    for (const environment of [event, runFor('push', {}, more)]) {
      const error = missingToken(environment);
      expect(error.message).toContain('Dependabot');
      expect(error.remedy).toContain('Dependabot secrets');
    }
  });

  test.each([
    ['of the repository itself', () => runFor('pull_request', pullRequest('org/shop'))],
    [
      'of a repository that is a fork, to itself',
      () => runFor('pull_request', pullRequest('me/shop', 'me/shop')),
    ],
    ['that runs with secrets', () => runFor('pull_request_target', pullRequest('alice/shop'))],
    ['that is none', () => runFor('push', { ref: 'refs/heads/main' })],
    [
      'whose event cannot be read',
      () => ({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: '/no/such' }),
    ],
    ['whose event is not understood', () => runFor('pull_request', 'no JSON')],
    ['whose event is another’s', () => runFor('pull_request', 'null')],
    ['on another system', () => ({})],
  ])('while a run %s is only asked for the token', (_, environment) => {
    const error = missingToken(environment());
    expect(error.message).toBe('No Heroku token.');
    expect(error.remedy).toContain('Give one with the "api-key" setting or in HEROKU_API_KEY');
  });
});
