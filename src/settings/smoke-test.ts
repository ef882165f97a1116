import { type DynoSize, findDynoSize } from '../heroku/dyno-sizes.ts';
import { invalid, oneOf, type RawSettings, refuseStray, truth, wholeNumber } from './values.ts';

const configSources = ['env-file', 'app'] as const;

/** How a finished slug is to be tried before it is released. */
export interface SmokeTestSettings {
  /** Begins with a slash; `undefined` where listening is enough. */
  readonly path: string | undefined;
  /** The HTTP status that the path has to answer with. */
  readonly status: number;
  readonly config: (typeof configSources)[number];
  readonly dynoSize: DynoSize;
}

/** What only matters to a smoke test, and so asks for one. */
const smokeTestNames = [
  'smoke-test-path',
  'smoke-test-status',
  'smoke-test-config',
  'dyno-size',
] as const;

/**
 * Reads how the slug is to be tried; `undefined` where it is not.
 * @throws DeployError that names the setting and what it takes.
 */
export function readSmokeTest(raw: RawSettings): SmokeTestSettings | undefined {
  if (!truth('smoke-test', raw('smoke-test'))) {
    refuseStray(raw, smokeTestNames, {
      purpose: 'smoke test',
      remedy: 'Set "smoke-test" to true',
    });
    return undefined;
  }
  const path = raw('smoke-test-path') || undefined;
  if (path !== undefined && !/^\/[\x21-\x7e]*$/.test(path)) {
    throw invalid('smoke-test-path', path, 'It begins with a slash and has no spaces: /health.');
  }
  const config = oneOf('smoke-test-config', raw('smoke-test-config'), configSources);
  if (config === 'app' && raw('command') === 'build') {
    throw invalid('smoke-test-config', config, '`build` asks no app at Heroku: use env-file.');
  }
  return {
    path,
    status: wholeNumber('smoke-test-status', raw('smoke-test-status'), 100, 599),
    config,
    dynoSize: findDynoSize(raw('dyno-size')),
  };
}
