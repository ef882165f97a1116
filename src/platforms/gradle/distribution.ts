import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';
import type { Runtime } from '../runtime.ts';

const propertiesName = 'gradle/wrapper/gradle-wrapper.properties';

/** Where Gradle is: outside `/app`, so that it does not ship. */
export const gradleFolder = '/opt/gradle';

/** The Gradle that the app's wrapper names. */
export interface Distribution {
  readonly version: string;
  readonly reason: string;
  readonly runtime: Runtime;
}

/**
 * Reads which Gradle the app's wrapper would download. The template downloads the same: once for
 * all builds, and without running the wrapper's own program.
 * @throws DeployError where the app has no wrapper, as Heroku's buildpack does
 * (heroku-buildpack-gradle, bin/compile), or one that names no archive of Gradle.
 */
export function readDistribution(app: AppFolder): Distribution {
  const properties = app.read(propertiesName);
  if (properties === undefined || !app.has('gradlew')) {
    throw new DeployError(
      `The app has no Gradle wrapper: gradlew and ${propertiesName} have to be there.`,
      'Run "gradle wrapper" and commit what it writes.',
    );
  }
  const lines = properties.split('\n');
  const index = lines.findIndex((line) => /^\s*distributionUrl\s*[=:]/.test(line));
  const url = propertyValue(lines[index])?.replaceAll('\\:', ':') ?? '';
  const [, mirror, version, kind] =
    /^(https?:.+)\/gradle-([\w.+-]+)-(bin|all)\.zip$/.exec(url) ?? [];
  if (mirror === undefined || version === undefined) {
    throw new DeployError(
      `${propertiesName}: distributionUrl is "${url}", which is no archive of Gradle.`,
      'Write it as "gradle wrapper" does: https\\://services.gradle.org/distributions/gradle-9.0.0-bin.zip.',
      { location: { file: propertiesName, line: index + 1 } },
    );
  }
  return {
    version,
    reason: `${propertiesName} names it`,
    runtime: {
      prefix: 'GRADLE',
      mirror,
      path: `gradle-\${GRADLE_VERSION}-${kind}.zip`,
      version,
      checksum: propertyValue(lines.find((line) => /^\s*distributionSha256Sum\s*[=:]/.test(line))),
      folder: gradleFolder,
      topFolder: true,
      steps: [],
    },
  };
}

function propertyValue(line: string | undefined): string | undefined {
  return line?.replace(/^[^=:]*[=:]/, '').trim() || undefined;
}
