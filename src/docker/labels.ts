/** Label on every image and container that this program makes, so that `clean` finds them and no other. */
export const ownLabel = 'heroku-docker-release';

/** Arguments that put the program's own label, and more of the caller's, on an image or container. */
export function labelArguments(more: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries({ [ownLabel]: '', ...more }).flatMap(([key, value]) => [
    '--label',
    value === '' ? key : `${key}=${value}`,
  ]);
}
