import semver from 'semver';
import { DeployError } from '../../errors.ts';
import { systemPropertiesName, systemProperty } from '../jvm/system-properties.ts';
import type { AppFolder } from '../platform.ts';
import { nearestRelease } from '../releases.ts';
import type { Runtime } from '../runtime.ts';
import inventory from './inventory.json' with { type: 'json' };

/** The Maven that builds an app. */
export interface MavenTool {
  /** `Maven 3.9.4`, or `the Maven wrapper` where it does not say its version. */
  readonly label: string;
  /** What of the app led to it. */
  readonly reason: string;
  /** How the shell runs it. */
  readonly command: string;
  /** What the template downloads; `undefined` where the app's wrapper does that itself. */
  readonly runtime: Runtime | undefined;
  /** What it reads before it reads the pom. */
  readonly manifests: readonly ManifestCopy[];
}

/** Files or a folder, for one COPY instruction. */
export type ManifestCopy = Readonly<Record<'sources' | 'target', string>>;

/** Where Maven is, and what it downloads: outside `/app`, so that it does not ship. */
export const mavenFolder = '/opt/maven';

const propertyName = 'maven.version';
const wrapperProperties = '.mvn/wrapper/maven-wrapper.properties';

/** What Heroku's buildpack installs where the app does not say (heroku-buildpack-java, lib/common.sh). */
const defaultVersion = '3.9.4';

const checksums: Readonly<Record<string, string>> = inventory;
const versions = Object.keys(checksums);

/**
 * Chooses as Heroku's buildpack does (heroku-buildpack-java, lib/maven.sh): `maven.version` of
 * `system.properties`, else the app's wrapper, else the default.
 * @throws DeployError where no such version is known.
 */
export function chooseMaven(app: AppFolder): MavenTool {
  const property = systemProperty(app, propertyName);
  if (property !== undefined) {
    if (checksums[property.value] === undefined) throw unknownVersion(property);
    return download(app, property.value, `${systemPropertiesName} asks for it`);
  }
  const isWrapped = app.has('mvnw') && app.has(wrapperProperties);
  return isWrapped ? wrapper(app) : download(app, defaultVersion, 'the default');
}

function download(app: AppFolder, version: string, reason: string): MavenTool {
  return {
    label: `Maven ${version}`,
    reason,
    command: `${mavenFolder}/bin/mvn`,
    runtime: {
      prefix: 'MAVEN',
      // Any Maven repository has it, so that a company's own can take the place of this one.
      mirror: 'https://repo.maven.apache.org/maven2',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: 'org/apache/maven/apache-maven/${MAVEN_VERSION}/apache-maven-${MAVEN_VERSION}-bin.tar.gz',
      version,
      checksum: checksums[version] || undefined,
      algorithm: 'sha512',
      folder: mavenFolder,
      topFolder: true,
      steps: [],
    },
    manifests: settingsFolder(app),
  };
}

/** It downloads the Maven that its properties name, the first time it runs. */
function wrapper(app: AppFolder): MavenTool {
  const [, version] =
    /^\s*distributionUrl\s*=.*apache-maven-([\w.-]+)-bin\./m.exec(
      app.read(wrapperProperties) ?? '',
    ) ?? [];
  return {
    label: version === undefined ? 'the Maven wrapper' : `Maven ${version}`,
    reason: `${wrapperProperties} names it`,
    command: 'sh ./mvnw', // Not every repository keeps the permission to execute it.
    runtime: undefined,
    manifests: [{ sources: 'mvnw', target: './' }, ...settingsFolder(app)],
  };
}

/** Extensions, options and the wrapper's own files. */
function settingsFolder(app: AppFolder): ManifestCopy[] {
  return app.hasFolder('.mvn') ? [{ sources: '.mvn', target: './.mvn' }] : [];
}

function unknownVersion(property: NonNullable<ReturnType<typeof systemProperty>>): DeployError {
  const wanted = semver.coerce(property.value) ?? new semver.SemVer(defaultVersion);
  return new DeployError(
    `${systemPropertiesName}: ${propertyName} is "${property.value}", but no such Maven release is known here; the nearest is ${nearestRelease(versions, wanted)}.`,
    'Write that, or use a Maven wrapper, which downloads any version.',
    { location: property.location },
  );
}
