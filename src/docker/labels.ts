/** On every image that this program builds. Images that others build on those inherit it. */
export const imageLabel = 'heroku-docker-release.image';

/** On every container that this program makes, with the id of the run that made it. */
export const runLabel = 'heroku-docker-release.run';

/** On the container of every dyno of a local Heroku, with the id of the folder whose it is. */
export const localHerokuLabel = 'heroku-docker-release.local-heroku';

/** Arguments that put labels on an image or a container. */
export function labelArguments(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    '--label',
    value === '' ? key : `${key}=${value}`,
  ]);
}
