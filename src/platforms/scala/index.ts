import { javaBuildVariables, javaValues, jdkFolder } from '../jvm/java.ts';
import { type SystemProperty, systemProperty } from '../jvm/system-properties.ts';
import { chooseJavaVersion } from '../jvm/version.ts';
import type { AppFolder, Notice, Platform, TemplateValues } from '../platform.ts';
import { secretsReason } from '../registry-secrets.ts';
import { cacheFolder, runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import {
  type BuildDefinition,
  projectFiles,
  projectFolder,
  readBuildDefinition,
  sbtFiles,
} from './build-definition.ts';
import inventory from './inventory.json' with { type: 'json' };
import { buildPropertiesName, chooseSbtVersion } from './sbt-version.ts';

/** Scala built by sbt, as Heroku's buildpack does it (heroku-buildpack-scala, bin/compile). */
export const scala: Platform = {
  name: 'scala',
  detect: (app) =>
    sbtFiles(app.files).length > 0 ||
    app.has('.sbtrc') ||
    app.has(buildPropertiesName) ||
    [projectFolder, '.sbt'].some((folder) =>
      projectFiles(app, folder).some((name) => name.endsWith('.scala')),
    ),
  plan(app) {
    const java = chooseJavaVersion(app);
    const sbt = chooseSbtVersion(app, java);
    const build = readBuildDefinition(app);
    return {
      summary: `Java ${java.version} with sbt ${sbt.version}`,
      reason: `Java ${java.version} (${java.reason}), sbt ${sbt.version} (${buildPropertiesName})${secretsReason(build.secrets)}`,
      values: {
        ...javaValues(java),
        ...sbtValues(app, build),
        buildFolders: [jdkFolder, ...sbtFolders],
      },
      warnings: [...java.warnings, ...sbt.warnings, ...stageWarnings(build)],
    };
  },
  defaultProcessTypes(app) {
    const build = readBuildDefinition(app);
    if (!build.hasStage) return {};
    const project = stagedProject(app);
    const folder = `${project === undefined ? '' : `${project.value}/`}target/universal/stage/bin`;
    // Where the name is not known, the shell finds the one script that is there.
    const script = project === undefined ? (build.executable ?? '*') : '*';
    return { web: `${folder}/${script} -Dhttp.port=$PORT` };
  },
};

/** For sbt's launcher and for all that it fetches. */
const sbtFolders = ['/opt/sbt', '/opt/sbt/bin', '/opt/sbt/global'];

/**
 * The launcher starts whichever sbt `project/build.properties` names. Maven Central has it with a
 * SHA-1 beside it, which is what Heroku's buildpack checks as well (heroku-buildpack-scala,
 * lib/sbt.sh); sbt itself and the libraries are checked by the launcher.
 */
const [launcherVersion = '', launcherChecksum = ''] = Object.entries(inventory)[0] ?? [];

function sbtValues(app: AppFolder, build: BuildDefinition): TemplateValues {
  const project = stagedProject(app);
  const { readsSource, secrets } = build;
  const tasks = ['compile', 'stage'].map((task) =>
    project === undefined ? task : `${project.value}/${task}`,
  );
  return {
    sbt: runtimeValues({
      prefix: 'SBT',
      mirror: 'https://repo.maven.apache.org/maven2/org/scala-sbt/sbt-launch',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: '${SBT_VERSION}/sbt-launch-${SBT_VERSION}.jar',
      version: launcherVersion,
      checksum: launcherChecksum,
      algorithm: 'sha1',
      folder: '/opt/sbt',
      fileName: 'sbt-launch.jar',
      topFolder: false,
      steps: [],
    }),
    buildVariables: [
      ...javaBuildVariables,
      'SBT_OPTS',
      'SBT_PRE_TASKS',
      `SBT_TASKS="${tasks.join(' ')}"`,
    ],
    // A layer holds what sbt downloads before the source comes; what comes after it goes to a cache.
    downloads: readsSource === undefined ? '/opt/sbt' : cacheFolder,
    mounts: runMounts({ cache: readsSource === undefined ? undefined : 'sbt', secrets }),
    sourceFirst: readsSource,
    manifests: readsSource === undefined && manifests(build),
  };
}

function manifests(build: BuildDefinition): TemplateValues[] {
  const settings = ['.sbtopt[s]', '.jvmopt[s]', '.sbtr[c]'];
  return [
    { sources: [...build.files, ...settings].join(' '), target: './' },
    { sources: projectFolder, target: `./${projectFolder}` },
  ];
}

/** The project to build of several, where the app names it as it would for Heroku's buildpack. */
function stagedProject(app: AppFolder): SystemProperty | undefined {
  return systemProperty(app, 'sbt.project');
}

function stageWarnings(build: BuildDefinition): Notice[] {
  if (build.hasStage) return [];
  return [
    {
      message:
        'Nothing in the build seems to have the task "stage", which makes what a dyno runs: add the plugin sbt-native-packager.',
      location: { file: 'project/plugins.sbt' },
    },
  ];
}
