/** What the program can be asked to do. */
export const verbs = ['init', 'build', 'start', 'exec', 'release', 'clean'] as const;
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
/** Those that want the app's folder. */
const appVerbs = ['init', 'build', 'start', 'exec', 'release'] as const;
/** Those that want images of it. */
const building = ['build', 'start', 'exec', 'release'] as const;
/** Those that run its process types. */
const processing = ['build', 'start', 'release'] as const;
/** Those that make a slug of it. */
const slugging = ['build', 'release'] as const;

/** Every setting by its name. `action.yml` and the README's table are held equal to this list by a test. */
export const definitions = {
  command: {
    description:
      'What to do: `init` writes a Dockerfile, `build` makes the slug, `start` runs a process type, `exec` runs a command, `release` ships the slug, `clean` removes what this program made.',
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
    verbs: appVerbs,
    value: 'folder',
  },
  dockerfile: {
    description: 'The Dockerfile, relative to the working directory.',
    default: 'Dockerfile',
    verbs: appVerbs,
    value: 'file',
  },
  template: {
    description:
      'The platform whose Dockerfile to write: `ruby`, `clojure`, `python`, `maven`, `gradle`, `scala`, `go`, `php`, `dotnet`, `static`, `node` or `minimal`. Default: detected from the app’s files.',
    verbs: appVerbs,
    value: 'name',
  },
  force: {
    description:
      'Whether `init` may overwrite a Dockerfile that is there, and `release` is to release what the app runs already.',
    default: 'false',
    verbs: ['init', 'release'],
  },
  stack: {
    description:
      'The stack the slug is for. Default: the app’s build stack; `heroku-24` where no app is asked.',
    verbs: appVerbs,
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
      'Whether to pull the images that the Dockerfile starts from, and the run image, even if they are there.',
    default: 'false',
    verbs: building,
  },
  procfile: {
    description: 'The Procfile, relative to the working directory.',
    default: 'Procfile',
    verbs: processing,
    value: 'file',
  },
  'env-file': {
    description:
      'A file of variables for `start`, `exec` and the smoke test, as dotenv reads it; not for the slug. Default: `.env`, if it is there.',
    verbs: building,
    value: 'file',
  },
  run: {
    description:
      'What to run: the command of `exec`, in the shell’s language, or the process types of `start`, one a line (default: `web`).',
    verbs: ['start', 'exec'],
    value: 'command',
    several: true,
  },
  port: {
    description:
      'The port on which `start` makes the web process answer. Default: 3000, or another where that is taken.',
    verbs: ['start'],
    value: 'number',
  },
  image: {
    description:
      'The image that `exec` runs in: `base`, with the app’s folder mounted, or `app`, with the app as it was built.',
    default: 'base',
    verbs: ['exec'],
    value: 'name',
  },
  'boot-timeout': {
    description:
      'Seconds that a web process has to listen on its port, for `start` and the smoke test.',
    default: '60',
    verbs: processing,
    value: 'seconds',
  },
  'run-image': {
    description:
      'The image that dynos boot on. Default: the stack image without `-build`, or `heroku/heroku:<n>`.',
    verbs: slugging,
    value: 'image',
  },
  'smoke-test': {
    description:
      'Whether to boot the finished slug’s web process on the run image, and to release only if it listens.',
    default: 'false',
    verbs: slugging,
  },
  'smoke-test-path': {
    description: 'A path that the booted web process has to answer, such as `/health`.',
    verbs: slugging,
    value: 'path',
  },
  'smoke-test-status': {
    description: 'The HTTP status that it has to answer with.',
    default: '200',
    verbs: slugging,
    value: 'status',
  },
  'smoke-test-config': {
    description:
      'Where the smoke test takes config vars from: `env-file`, or `app`: those of the (first) app at Heroku.',
    default: 'env-file',
    verbs: slugging,
    value: 'source',
  },
  'dyno-size': {
    description: 'The dyno size whose memory the smoke test has, such as `standard-2x`.',
    default: 'standard-1x',
    verbs: slugging,
    value: 'name',
  },
  keep: {
    description: 'How many of the base images that were used last `clean` is to keep.',
    default: '0',
    verbs: ['clean'],
    value: 'number',
  },
  exclude: {
    description:
      'What to leave out of the slug, one `.gitignore` pattern a line, matched against the paths below `/app`.',
    default: '.git\n.heroku',
    verbs: slugging,
    value: 'pattern',
    several: true,
  },
  'slug-path': {
    description: 'Where to leave `slug.tgz`. Default: a temporary file.',
    verbs: slugging,
    value: 'file',
  },
  'config-vars': {
    description:
      'Config vars to set before the release, one `NAME=value` a line, quoted as in a `.env` file; `NAME` alone takes the environment variable of that name.',
    verbs: ['release'],
    value: 'NAME=value',
    several: true,
  },
  'config-file': {
    description:
      'A file of config vars to set before the release, relative to the working directory; `config-vars` win over it.',
    verbs: ['release'],
    value: 'file',
  },
  'unset-config-vars': {
    description: 'Names of config vars to remove before the release, one a line.',
    verbs: ['release'],
    value: 'name',
    several: true,
  },
  'release-timeout': {
    description:
      'Seconds that a release may take, its release phase included (Heroku gives that an hour).',
    default: '3900',
    verbs: ['release'],
    value: 'seconds',
  },
  'health-check': {
    description:
      'What has to answer once the release is made: a path of the app’s URL, such as `/health`, or another URL.',
    verbs: ['release'],
    value: 'path',
  },
  'health-check-status': {
    description: 'The HTTP status that it has to answer with.',
    default: '200',
    verbs: ['release'],
    value: 'status',
  },
  'health-check-text': {
    description: 'A text that has to be in its answer.',
    verbs: ['release'],
    value: 'text',
  },
  'health-check-timeout': {
    description: 'Seconds until it has to have answered so; it is asked again until then.',
    default: '60',
    verbs: ['release'],
    value: 'seconds',
  },
  rollback: {
    description:
      'Whether to go back to the release from before, with its config vars, where the new one fails or its health check does.',
    default: 'false',
    verbs: ['release'],
  },
  parallel: {
    description: 'How many apps are released to at once.',
    default: '4',
    verbs: ['release'],
    value: 'number',
  },
  promote: {
    description:
      'Whether the other apps get the first one’s release along their pipeline, once that has proved good, instead of an upload of their own.',
    default: 'false',
    verbs: ['release'],
  },
  'create-addons': {
    description:
      'Whether to create the add-ons that `app.json` names and the app does not have. They may cost money.',
    default: 'false',
    verbs: ['release'],
  },
  'apply-formation': {
    description:
      'Whether to scale the app as `app.json` says when this is its first release. Dynos may cost money.',
    default: 'false',
    verbs: ['release'],
  },
  'github-token': {
    description:
      'A GitHub token (`permissions: deployments: write`) with which to show the release as a deployment of the repository.',
    verbs: ['release'],
    value: 'token',
  },
  environment: {
    description: 'The environment of that deployment. Default: the app’s name.',
    verbs: ['release'],
    value: 'name',
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
