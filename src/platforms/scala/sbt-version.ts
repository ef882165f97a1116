import semver from 'semver';
import { DeployError } from '../../errors.ts';
import {
  readProperty,
  type SystemProperty,
  systemPropertiesName,
} from '../jvm/system-properties.ts';
import type { JavaVersion } from '../jvm/version.ts';
import type { AppFolder, Notice } from '../platform.ts';

/** The file in which every sbt build says which sbt it is for. */
export const buildPropertiesName = 'project/build.properties';

const propertyName = 'sbt.version';

/** The sbt that builds an app. */
export interface SbtVersion {
  readonly version: string;
  readonly warnings: readonly Notice[];
}

/**
 * The first sbt whose build definitions compile on a Java, by that Java's line: sbt 1.12.0 was the
 * first with Scala 2.12.21, and so on
 * (https://docs.scala-lang.org/overviews/jdk-compatibility/overview.html; the versions of
 * scala-library in the POMs of org.scala-sbt:main_2.12).
 */
const firstSbtByJava: Readonly<Record<number, string>> = {
  17: '1.6.0',
  21: '1.9.0',
  25: '1.12.0',
};

/** sbt 2 is written for Java 17 (https://www.scala-sbt.org/2.x/docs/en/changes/sbt-2.0-change-summary.html). */
const firstJavaOfSbt2 = 17;

/**
 * Reads `sbt.version`, without which Heroku's buildpack does not build either
 * (heroku-buildpack-scala, bin/compile). It is one exact version: sbt knows no ranges.
 * @throws DeployError where it is missing, no version, or older than sbt 1.
 */
export function chooseSbtVersion(app: AppFolder, java: JavaVersion): SbtVersion {
  const property = readProperty(app, buildPropertiesName, propertyName);
  if (property === undefined) throw missing(app);
  const version = semver.parse(property.value);
  if (version === null) throw noVersion(property);
  if (version.major < 1) throw tooOld(property);
  return { version: version.version, warnings: javaWarnings(version, java, property) };
}

function missing(app: AppFolder): DeployError {
  const there = app.has(buildPropertiesName) ? 'has no' : 'is missing, and with it';
  return new DeployError(
    `${buildPropertiesName} ${there} ${propertyName}, which says what builds the app.`,
    `Write the version that the app is developed with into it, such as "${propertyName}=1.12.14".`,
    { location: { file: buildPropertiesName } },
  );
}

function noVersion(property: SystemProperty): DeployError {
  return new DeployError(
    `${buildPropertiesName}: ${propertyName} is "${property.value}", which is no version.`,
    `Write an exact one, such as "${propertyName}=1.12.14".`,
    { location: property.location },
  );
}

function tooOld(property: SystemProperty): DeployError {
  return new DeployError(
    `${buildPropertiesName}: sbt ${property.value} is too old for the Java and the repositories of today.`,
    'Move the build to sbt 1: https://www.scala-sbt.org/1.x/docs/Migrating-from-sbt-013x.html.',
    { location: property.location },
  );
}

function javaWarnings(
  version: semver.SemVer,
  java: JavaVersion,
  { location }: SystemProperty,
): Notice[] {
  if (version.major >= 2) {
    return java.major >= firstJavaOfSbt2
      ? []
      : [
          tooYoung(
            `sbt ${version} needs Java ${firstJavaOfSbt2} or later`,
            firstJavaOfSbt2,
            location,
          ),
        ];
  }
  const lines = Object.keys(firstSbtByJava).map(Number);
  const wanted = lines.filter((line) => line <= java.major).at(-1);
  const first = wanted === undefined ? undefined : firstSbtByJava[wanted];
  if (first === undefined || semver.gte(version, first)) return [];
  const takes = lines.filter((line) => semver.gte(version, firstSbtByJava[line] ?? ''));
  const message = `sbt ${version} is older than its support for Java ${wanted} (sbt ${first})`;
  return [tooYoung(message, takes.at(-1) ?? 11, location)];
}

function tooYoung(message: string, line: number, location: SystemProperty['location']): Notice {
  return {
    message: `${message}: write "java.runtime.version=${line}" into ${systemPropertiesName}, or take another sbt.`,
    location,
  };
}
