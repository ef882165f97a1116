import { DeployError } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import inventory from './inventory.json' with { type: 'json' };
import { type SystemProperty, systemPropertiesName, systemProperty } from './system-properties.ts';

/** The Java release that an app gets. */
export interface JavaVersion {
  /** As Heroku names it: `25.0.2`, `1.8.0_482`. */
  readonly version: string;
  /** `8` for `1.8.0_482`. */
  readonly major: number;
  /** Of the archive for linux-x64, as Heroku publishes it: 64 hexadecimal digits. */
  readonly sha256: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

const propertyName = 'java.runtime.version';

/**
 * What Heroku's buildpack gives an app that asks for nothing: the newest line with long-term support
 * (heroku-buildpack-jvm-common, bin/java). It still gives 1.8 on heroku-22, so as not to break old
 * apps there; a Dockerfile is new.
 */
const defaultMajor = 25;

/** Lines that get security fixes (https://devcenter.heroku.com/articles/java-support, mid 2026). */
const supportedMajors = [8, 11, 17, 21, 25, 26];

const checksums: Readonly<Record<string, string>> = inventory;

/** The newest first, which the file cannot hold: JavaScript moves names such as `25` to the front. */
const versions = Object.keys(checksums).sort((one, other) =>
  compare(numbersOf(other) ?? [], numbersOf(one) ?? []),
);

/**
 * Resolves `java.runtime.version` of `system.properties` as Heroku's buildpack does: a number alone
 * means the newest release of that line, everything else is one release
 * (heroku-buildpack-jvm-common, inventory.json). The list comes with this program.
 * @throws DeployError where no such release is known.
 */
export function chooseJavaVersion(app: AppFolder): JavaVersion {
  const property = systemProperty(app, propertyName);
  if (property === undefined) return release(newestOf(defaultMajor) ?? '', 'the default');
  const wanted = withoutDistribution(property);
  const numbers = numbersOf(wanted);
  if (numbers === undefined) throw noVersion(property);
  const [major = 0] = numbers;
  const version = isLine(wanted) ? newestOf(major) : exactly(numbers);
  if (version === undefined) throw unknownVersion(property, numbers);
  const reason = `${systemPropertiesName} asks for ${property.value}`;
  return release(version, reason, supportWarnings(property, major));
}

function release(version: string, reason: string, warnings: readonly Notice[] = []): JavaVersion {
  const [major = 0] = numbersOf(version) ?? [];
  return { version, major, sha256: checksums[version] ?? '', reason, warnings };
}

/** Azul's Zulu is the one there is; Heroku's own was given up (heroku-buildpack-jvm-common, bin/java). */
function withoutDistribution(property: SystemProperty): string {
  const [, distribution, version = ''] = /^(?:([a-z]+)-)?(.*)$/.exec(property.value) ?? [];
  if (distribution === undefined || distribution === 'zulu') return version;
  throw new DeployError(
    `${systemPropertiesName}: ${propertyName} asks for the distribution "${distribution}", which Heroku does not have.`,
    `Write "${propertyName}=${version}": it is Azul Zulu's.`,
    { location: property.location },
  );
}

/** `25` and `1.8`, which mean a line of releases. */
function isLine(version: string): boolean {
  return /^(?:1\.)?\d+$/.test(version);
}

/** `[8, 0, 482]` for `1.8.0_482` and `8u482`; `undefined` for what is no version. */
function numbersOf(version: string): readonly number[] | undefined {
  if (!/^\d+(?:\.\d+)*(?:[_u]\d+)?$/.test(version)) return undefined;
  return version
    .replace(/^1\./, '')
    .replace(/^(\d+)u/, '$1.0.')
    .split(/[._]/)
    .map(Number);
}

function newestOf(major: number): string | undefined {
  return versions.find((version) => numbersOf(version)?.[0] === major);
}

/** `25.0.0` is the release called `25`. */
function exactly(wanted: readonly number[]): string | undefined {
  return versions.find((version) => compare(numbersOf(version) ?? [], wanted) === 0);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const length = Math.max(one.length, other.length);
  const differences = Array.from({ length }, (_, at) => (one[at] ?? 0) - (other[at] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}

function noVersion(property: SystemProperty): DeployError {
  return new DeployError(
    `${systemPropertiesName}: ${propertyName} is "${property.value}", which is no version.`,
    `Write the number of a release line, such as "${propertyName}=${defaultMajor}".`,
    { location: property.location },
  );
}

function unknownVersion(property: SystemProperty, wanted: readonly number[]): DeployError {
  const nearest = nearestTo(wanted);
  return new DeployError(
    `${systemPropertiesName}: ${propertyName} is "${property.value}", but no such Java release is known here; the nearest is ${nearest}.`,
    `Ask for "${numbersOf(nearest)?.[0]}", or update this tool: its list ends with ${versions[0]}.`,
    { location: property.location },
  );
}

/** Of the same line the closest at or below, else its oldest; else the newest of the closest line. */
function nearestTo(wanted: readonly number[]): string {
  const [major = 0] = wanted;
  const line = versions.filter((version) => numbersOf(version)?.[0] === major);
  const below = line.find((version) => compare(numbersOf(version) ?? [], wanted) <= 0);
  return below ?? line.at(-1) ?? newestOf(closestMajor(major)) ?? '';
}

function closestMajor(wanted: number): number {
  const majors = versions.map((version) => numbersOf(version)?.[0] ?? 0);
  return majors.reduce((best, major) =>
    Math.abs(major - wanted) < Math.abs(best - wanted) ? major : best,
  );
}

function supportWarnings(property: SystemProperty, major: number): Notice[] {
  if (supportedMajors.includes(major)) return [];
  return [
    {
      message: `Java ${major} gets no security fixes any more; supported: ${supportedMajors.join(', ')}.`,
      location: property.location,
    },
  ];
}
