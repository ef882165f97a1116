/** What the program can be asked to do. */
export const verbs = ['init', 'build', 'release'] as const;
export type Verb = (typeof verbs)[number];

/** One input of the action, which is one flag of the command line too. */
export interface Definition {
  /** One sentence for `action.yml`, the README's table and `--help`. */
  readonly description: string;
  /** What holds where nothing is given, as text; absent where the program finds it out. */
  readonly default?: string;
  /** The verbs that heed it. */
  readonly verbs: readonly Verb[];
  /** What the flag takes, for `--help`; a flag without one is a switch. */
  readonly value?: string;
  /** Takes several values: one a line in the action, the flag repeated on the command line. */
  readonly several?: true;
}

const everyVerb = verbs;
const building = ['build', 'release'] as const;

/** Every setting by its name. `action.yml` and the README's table are held equal to this list by a test. */
export const definitions = {
  command: {
    description:
      'What to do: `init` writes a Dockerfile, `build` makes the slug, `release` ships it.',
    default: 'release',
    verbs: everyVerb,
    value: 'verb',
  },
  'api-key': {
    description: 'Platform API token (`heroku authorizations:create`). Default: `HEROKU_API_KEY`.',
    verbs: ['release'],
    value: 'token',
  },
  app: {
    description:
      'Name or id of the app; several, one a line, get the same slug. Default: `HEROKU_APP`.',
    verbs: ['release'],
    value: 'name',
    several: true,
  },
  'working-directory': {
    description: 'The app’s folder.',
    default: '.',
    verbs: everyVerb,
    value: 'folder',
  },
  dockerfile: {
    description: 'The Dockerfile, relative to the working directory.',
    default: 'Dockerfile',
    verbs: everyVerb,
    value: 'file',
  },
  template: {
    description:
      'The platform whose Dockerfile to write: `node` or `minimal`. Default: detected from the app’s files.',
    verbs: everyVerb,
    value: 'name',
  },
  force: {
    description: 'Whether `init` may overwrite a Dockerfile that is there.',
    default: 'false',
    verbs: ['init'],
  },
  stack: {
    description:
      'The stack the slug is for. Default: the app’s build stack; `heroku-24` where no app is asked.',
    verbs: everyVerb,
    value: 'name',
  },
  'stack-image': {
    description:
      'The image that the templates start from (a mirror, an air-gapped runner). Default: `heroku/heroku:<n>-build`.',
    verbs: building,
    value: 'image',
  },
  'build-args': {
    description: 'Build arguments, one `NAME=value` a line.',
    verbs: building,
    value: 'NAME=value',
    several: true,
  },
  secrets: {
    description:
      'Build secrets for `RUN --mount=type=secret`, one a line: `id=value`, or `id` alone for the environment variable of that name.',
    verbs: building,
    value: 'id',
    several: true,
  },
  'cache-from': {
    description:
      'Caches to build from, one a line, as `docker buildx build --cache-from` takes them.',
    verbs: building,
    value: 'cache',
    several: true,
  },
  'cache-to': {
    description: 'Caches to write, one a line, as `docker buildx build --cache-to` takes them.',
    verbs: building,
    value: 'cache',
    several: true,
  },
  builder: {
    description: 'The buildx builder to use. Default: the one of the Docker engine itself.',
    verbs: building,
    value: 'name',
  },
  pull: {
    description:
      'Whether to pull the images that the Dockerfile starts from, even if they are there.',
    default: 'false',
    verbs: building,
  },
  procfile: {
    description: 'The Procfile, relative to the working directory.',
    default: 'Procfile',
    verbs: building,
    value: 'file',
  },
  exclude: {
    description:
      'What to leave out of the slug, one `.gitignore` pattern a line, matched against the paths below `/app`.',
    default: '.git\n.heroku',
    verbs: building,
    value: 'pattern',
    several: true,
  },
  'slug-path': {
    description: 'Where to leave `slug.tgz`. Default: a temporary file.',
    verbs: building,
    value: 'file',
  },
  'dry-run': {
    description: 'Do everything but change Heroku.',
    default: 'false',
    verbs: ['release'],
  },
  'platform-url': {
    description:
      'Another Platform API: Heroku’s own hosts or this machine’s. Default: `HEROKU_HOST`, else `https://api.heroku.com`.',
    verbs: ['release'],
    value: 'url',
  },
} as const satisfies Record<string, Definition>;

export type SettingName = keyof typeof definitions;
export const settingNames = Object.keys(definitions) as SettingName[];

/** A setting's definition, typed alike for all of them. */
export function definitionOf(name: SettingName): Definition {
  return definitions[name];
}
