import { javaBuildVariables, javaValues, jdkFolder } from '../jvm/java.ts';
import { chooseJavaVersion } from '../jvm/version.ts';
import { webCommand } from '../jvm/web-process.ts';
import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { secretsReason } from '../registry-secrets.ts';
import { cacheFolder, runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import { frameworkOf } from './framework.ts';
import { whySourceFirst } from './install-order.ts';
import { pomName, pomNames, readPom } from './pom.ts';
import { secretNames, settingsName } from './repository-secrets.ts';
import { chooseMaven, type ManifestCopy, type MavenTool, mavenFolder } from './tool.ts';

/** Java and its relatives with Maven, built as Heroku's buildpack does it (heroku-buildpack-java, lib/maven.sh). */
export const maven: Platform = {
  name: 'maven',
  detect: (app) => pomNames.some((name) => app.has(name)),
  plan(app) {
    const java = chooseJavaVersion(app);
    const tool = chooseMaven(app);
    return {
      summary: `Java ${java.version} with ${tool.label}`,
      reason: `Java ${java.version} (${java.reason}), ${tool.label} (${tool.reason})${secretsReason(secretNames(app))}`,
      values: { ...javaValues(java), ...templateValues(app, tool) },
      warnings: java.warnings,
    };
  },
  defaultProcessTypes(app) {
    const pom = readPom(app);
    const framework = pom && frameworkOf(pom);
    if (pom === undefined || framework === undefined) return {};
    if (framework === 'Quarkus') {
      return { web: webCommand(framework, 'target/quarkus-app/quarkus-run.jar') };
    }
    // The largest, which has all the others in it; a library's own, the sources' may lie beside it.
    return pom.packaging === 'jar' && !pom.hasModules
      ? { web: webCommand(framework, '"$(ls -S target/*.jar | head -n 1)"') }
      : {};
  },
};

function templateValues(app: AppFolder, tool: MavenTool): TemplateValues {
  const sourceFirst = whySourceFirst(app);
  // A layer holds what an install of its own downloads; what comes after the source goes to a cache.
  const downloads = sourceFirst === undefined ? mavenFolder : cacheFolder;
  const run = [
    tool.command,
    '--batch-mode --no-transfer-progress',
    ...(app.has(settingsName) ? [`--settings ${settingsName}`] : []),
    `-Dmaven.repo.local=${downloads}/repository \${MAVEN_CUSTOM_OPTS}`,
  ].join(' ');
  return {
    buildFolders: [jdkFolder, mavenFolder],
    maven: tool.runtime && runtimeValues(tool.runtime),
    buildVariables: [
      ...javaBuildVariables,
      ...(tool.runtime ? [] : [`MAVEN_USER_HOME=${downloads}`, 'MVNW_REPOURL']),
      'MAVEN_OPTS=-Xmx1024m',
      'MAVEN_CUSTOM_OPTS=-DskipTests',
      'MAVEN_CUSTOM_GOALS="clean install"',
    ],
    mounts: runMounts({
      cache: sourceFirst === undefined ? undefined : 'maven',
      secrets: secretNames(app),
    }),
    sourceFirst,
    manifests: sourceFirst === undefined && [pomCopy(app), ...tool.manifests],
    install: `${run} dependency:go-offline`,
    build: `${run} ${hasOwnTime(app) ? '' : entryTime}\${MAVEN_CUSTOM_GOALS}`,
  };
}

/** The property that sets the time of all entries in archives (https://maven.apache.org/guides/mini/guide-reproducible-builds.html). */
const timeProperty = 'project.build.outputTimestamp';

const entryTime = `\${SOURCE_TIME:+-D${timeProperty}=$SOURCE_TIME} `;

function hasOwnTime(app: AppFolder): boolean {
  return app.read(pomName)?.includes(timeProperty) ?? false;
}

function pomCopy(app: AppFolder): ManifestCopy {
  const sources = app.has(settingsName) ? `${pomName} ${settingsName}` : pomName;
  return { sources, target: './' };
}
