/** Every output of the action, with its sentence for `action.yml` and the README's table. */
export const outputDefinitions = {
  platform: 'The detected language, such as `node`.',
  dockerfile: 'Path of the Dockerfile that was built.',
  'image-hash':
    'SHA-256 over the Dockerfile, the build arguments, the resolved FROM image and the platform.',
  'base-image': 'Name of the base image: `heroku-docker-<hash>`.',
  'base-image-cached': '`true` where the base image was there already and was not built again.',
  'image-id': 'Id of the app’s image: `sha256:<hex>`.',
  url: 'Where the started web process answers.',
  'container-id': 'Id of the container of the first started process type.',
  containers: 'Ids of all started containers as a JSON object of process type to id.',
  'slug-id': 'Id of the slug at Heroku.',
  'slug-path': 'Path of `slug.tgz`, where it was kept.',
  'slug-size': 'Size of `slug.tgz` in bytes.',
  'slug-checksum': 'Checksum of `slug.tgz`: `SHA256:<hex>`.',
  'process-types': 'The slug’s process types as a JSON object of name to command.',
  'release-id': 'Id of the release.',
  'release-version': 'Version of the release, such as `42`.',
  'release-status': 'Final state of the release: `succeeded`.',
  'web-url': 'URL of the app.',
  changed:
    '`false` where every app runs this very slug already and nothing was released, otherwise `true`.',
  releases:
    'What became of every app as a JSON array of `{app, changed, id, version, status, slug, webUrl, error}`.',
} as const;

export type OutputName = keyof typeof outputDefinitions;

/** What a verb found out and made; only what it came to is there. */
export type Outputs = Partial<Record<OutputName, string>>;
