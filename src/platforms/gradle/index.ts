import { javaBuildVariables, javaValues, jdkFolder } from '../jvm/java.ts';
import { chooseJavaVersion } from '../jvm/version.ts';
import { webCommand } from '../jvm/web-process.ts';
import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { cacheFolder, runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import {
  buildScript,
  type Framework,
  frameworkOf,
  gradleFiles,
  hasStageTask,
  whySourceFirst,
} from './build-files.ts';
import { type Distribution, gradleFolder, readDistribution } from './distribution.ts';

/** Java and its relatives with Gradle, built as Heroku's buildpack does it (heroku-buildpack-gradle, bin/compile). */
export const gradle: Platform = {
  name: 'gradle',
  detect: (app) => gradleFiles.some((name) => app.has(name)),
  plan(app) {
    const java = chooseJavaVersion(app);
    const distribution = readDistribution(app);
    const { version, reason } = distribution;
    return {
      summary: `Java ${java.version} with Gradle ${version}`,
      reason: `Java ${java.version} (${java.reason}), Gradle ${version} (${reason})`,
      values: { ...javaValues(java), ...templateValues(app, distribution) },
      warnings: java.warnings,
    };
  },
  defaultProcessTypes(app) {
    const framework = frameworkOf(buildScript(app));
    if (framework === undefined || framework === 'Ratpack') return {};
    const jar = framework === 'Quarkus' ? 'build/quarkus-app/quarkus-run.jar' : mainJar;
    return { web: webCommand(framework, jar) };
  },
};

/** Not those that lie beside the app's (heroku-buildpack-gradle, bin/release). */
const mainJar =
  '"$(ls build/libs/*.jar | grep -Ev \'(plain|sources|javadoc)\\.jar$\' | head -n 1)"';

const tasks: Readonly<Record<Framework, string>> = {
  'Spring Boot': 'build -x check',
  Micronaut: 'shadowJar -x check',
  Quarkus: 'build -x check',
  Ratpack: 'installDist -x check',
};

/** Where none of Heroku's rules applies, the task that every plugin for the JVM has. */
const otherTask = 'build -x check';

function templateValues(app: AppFolder, distribution: Distribution): TemplateValues {
  const script = buildScript(app);
  const framework = frameworkOf(script);
  const sourceFirst = whySourceFirst(app);
  // A layer holds what an install of its own downloads; what comes after the source goes to a cache.
  const downloads = sourceFirst === undefined ? `${gradleFolder}/home` : cacheFolder;
  const run = `${gradleFolder}/bin/gradle --no-daemon --console=plain --project-cache-dir=/tmp/gradle`;
  return {
    buildFolders: [jdkFolder, gradleFolder],
    gradle: runtimeValues(distribution.runtime),
    buildVariables: [
      ...javaBuildVariables,
      `GRADLE_USER_HOME=${downloads}`,
      'GRADLE_OPTS',
      `GRADLE_TASK="${hasStageTask(script) ? 'stage' : framework ? tasks[framework] : otherTask}"`,
    ],
    mounts: sourceFirst && runMounts({ cache: 'gradle', sharing: 'locked' }),
    sourceFirst,
    manifests: sourceFirst === undefined && [
      { sources: '*.gradle *.gradle.kt[s] gradle.propertie[s] gradle.lockfil[e]', target: './' },
      { sources: 'gradle', target: './gradle' },
    ],
    install: `${run} --init-script ${gradleFolder}/download.gradle -Dorg.gradle.configuration-cache=false downloadDependencies`,
    build: `${run} \${GRADLE_TASK}`,
  };
}
