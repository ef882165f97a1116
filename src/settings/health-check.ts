import { invalid, type RawSettings, refuseStray, wholeNumber } from './values.ts';

/** What has to answer once a release is made. */
export interface HealthCheckSettings {
  /** A path of the app's own URL, with its slash, or a whole URL. */
  readonly target: string;
  /** The HTTP status that it has to answer with. */
  readonly status: number;
  /** What has to be in its answer; `undefined` where anything will do. */
  readonly text: string | undefined;
  readonly timeoutSeconds: number;
}

/** What only matters to a health check, and so asks for one. */
const healthCheckNames = [
  'health-check-status',
  'health-check-text',
  'health-check-timeout',
] as const;

/**
 * Reads what a release is to be held against; `undefined` where it is not.
 * @throws DeployError that names the setting and what it takes.
 */
export function readHealthCheck(raw: RawSettings): HealthCheckSettings | undefined {
  const target = raw('health-check');
  if (target === '') {
    refuseStray(raw, healthCheckNames, {
      purpose: 'health check',
      remedy: 'Name in "health-check" what has to answer',
    });
    return undefined;
  }
  if (!isPath(target) && !isWebUrl(target)) {
    throw invalid('health-check', target, 'It is a path such as /health, or a whole URL.');
  }
  return {
    target,
    status: wholeNumber('health-check-status', raw('health-check-status'), 100, 599),
    text: raw('health-check-text') || undefined,
    timeoutSeconds: wholeNumber('health-check-timeout', raw('health-check-timeout'), 1, 3600),
  };
}

function isPath(text: string): boolean {
  return /^\/(?!\/)[\x21-\x7e]*$/.test(text);
}

function isWebUrl(text: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(text)?.protocol ?? '');
}
