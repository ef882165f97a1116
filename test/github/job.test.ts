import { expect, test } from 'vitest';
import { githubJob } from '../../src/github/job.ts';

const environment = {
  GITHUB_REPOSITORY: 'org/shop.app',
  GITHUB_SHA: 'a1b2c3',
  GITHUB_RUN_ID: '42',
};

test('a job is one of github.com unless its variables say otherwise', () => {
  expect(githubJob(environment)).toEqual({
    apiUrl: 'https://api.github.com',
    repository: 'org/shop.app',
    sha: 'a1b2c3',
    runUrl: 'https://github.com/org/shop.app/actions/runs/42',
  });
});

test.each(['', '/'])(
  'a job may be one of an Enterprise Server, with "%s" at its URLs’ end',
  (end) => {
    const server = {
      GITHUB_API_URL: `https://git.example.org/api/v3${end}`,
      GITHUB_SERVER_URL: `https://git.example.org${end}`,
    };
    expect(githubJob({ ...environment, ...server })).toMatchObject({
      apiUrl: 'https://git.example.org/api/v3',
      runUrl: 'https://git.example.org/org/shop.app/actions/runs/42',
    });
  },
);

test.each([
  ['no repository', { GITHUB_REPOSITORY: undefined }],
  ['a repository that is none', { GITHUB_REPOSITORY: 'org/shop/../../user' }],
  ['no commit', { GITHUB_SHA: '' }],
])('where there is %s there is no job', (_, without) => {
  expect(githubJob({ ...environment, ...without })).toBeUndefined();
});
