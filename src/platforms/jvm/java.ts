import type { TemplateValues } from '../platform.ts';
import { runtimeValues } from '../runtime.ts';
import type { JavaVersion } from './version.ts';

/** The whole JDK, which builds the app: one of the template's `buildFolders`. */
export const jdkFolder = '/opt/jdk';

/** `NAME=value` for the build: Maven, Gradle and sbt run on the Java that this names. */
export const javaBuildVariables: readonly string[] = [`JAVA_HOME=${jdkFolder}`];

/**
 * Modules that only development needs: compilers, packagers, debuggers' windows. What looks into a
 * running app (jdk.jcmd, jdk.jfr, jdk.management.agent) is not among them.
 */
const developmentModules = [
  ...['compiler', 'javadoc', 'jartool', 'jdeps', 'jlink', 'jpackage', 'jshell', 'jdi'],
  ...['jconsole', 'hotspot.agent', 'editpad', 'internal.ed'],
  ...['rmic', 'aot', 'internal.md'], // Java 11 and 25 have them, and they need jdk.compiler.
];

/** Values for the partial `jvm-runtime`. */
export function javaValues(java: JavaVersion): TemplateValues {
  return {
    jdk: {
      ...runtimeValues({
        prefix: 'JDK',
        // Where Heroku's buildpack has it from (heroku-buildpack-jvm-common, inventory.json).
        mirror:
          'https://heroku-buildpacks-jvm.s3.dualstack.us-east-1.amazonaws.com/openjdk/zulu/amd64',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
        path: '${JDK_VERSION}.tar.gz',
        version: java.version,
        checksum: java.sha256,
        folder: jdkFolder,
        topFolder: false,
        steps: [],
      }),
      // Java 9 brought modules, and with them jlink.
      leftOut: java.major >= 9 && `jdk.(${developmentModules.join('|')})`,
    },
  };
}
