import { quoteForShell } from '../../shell-word.ts';
import { javaBuildVariables, javaValues, jdkFolder } from '../jvm/java.ts';
import { chooseJavaVersion } from '../jvm/version.ts';
import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { secretsReason } from '../registry-secrets.ts';
import { cacheFolder, runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import { chooseLeiningenVersion, type LeiningenVersion } from './leiningen-version.ts';
import { type Project, projectName, readProject } from './project.ts';

/**
 * Clojure built by Leiningen, as Heroku's buildpack does it (heroku-buildpack-clojure, bin/compile).
 * An app with a deps.edn alone is none for that buildpack either.
 */
export const clojure: Platform = {
  name: 'clojure',
  detect: (app) => app.has(projectName),
  plan(app) {
    const java = chooseJavaVersion(app);
    const project = readProject(app);
    const lein = chooseLeiningenVersion(project);
    return {
      summary: `Java ${java.version} with Leiningen ${lein.version}`,
      reason: `Java ${java.version} (${java.reason}), Leiningen ${lein.version} (${lein.reason}), ${packaging(project)}${secretsReason(project.secrets)}`,
      values: { ...javaValues(java), ...leiningenValues(app, project, lein) },
      warnings: java.warnings,
    };
  },
  defaultProcessTypes(app) {
    const { uberjarName, targetPath } = readProject(app);
    return uberjarName === undefined
      ? { web: `lein with-profile ${profile} trampoline run` }
      : { web: `java $JAVA_OPTS -jar ${shellWord(`${uberjarFolder(targetPath)}/${uberjarName}`)}` };
  },
};

/** The profile that Heroku's buildpack builds and runs with; an app need not define it. */
const profile = 'production';

function packaging({ uberjarName }: Project): string {
  return uberjarName === undefined
    ? 'run by Leiningen, for want of an :uberjar-name'
    : `packed as ${uberjarName}`;
}

/** Where Leiningen puts the uberjar: the folder may have the profile's name in it. */
function uberjarFolder(targetPath: string): string {
  return targetPath.replace('%s', 'uberjar').replace(/\/$/, '');
}

function leiningenValues(app: AppFolder, project: Project, lein: LeiningenVersion): TemplateValues {
  const isUberjar = project.uberjarName !== undefined;
  // Leiningen, and the libraries that it has fetched, ship where they run the app.
  const folder = isUberjar ? '/opt/lein' : '/app/heroku/lein';
  const folders = [folder, `${folder}/bin`];
  // A layer holds what Leiningen downloads before the source comes; what comes after it goes to a cache.
  const usesCache = isUberjar && project.readsSource !== undefined;
  return {
    lein: runtimeValues({
      prefix: 'LEIN',
      mirror: 'https://github.com/technomancy/leiningen/releases/download',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: '${LEIN_VERSION}/leiningen-${LEIN_VERSION}-standalone.jar',
      version: lein.version,
      checksum: lein.sha256,
      folder,
      fileName: 'leiningen.jar',
      topFolder: false,
      steps: [],
    }),
    leinFolder: folder,
    downloads: usesCache ? cacheFolder : folder,
    mounts: runMounts({ cache: usesCache ? 'lein' : undefined, secrets: project.secrets }),
    runtimeFolders: isUberjar ? [] : folders,
    buildFolders: [jdkFolder, ...(isUberjar ? folders : [])],
    buildVariables: [...javaBuildVariables, `LEIN_BUILD_TASK="${buildTask(isUberjar)}"`],
    sourceFirst: project.readsSource,
    manifests: project.readsSource === undefined && [
      { sources: `${projectName} profiles.cl[j]`, target: './' },
    ],
    install: `lein with-profile ${isUberjar ? 'uberjar' : profile} deps`,
    // An app may have a script of its own for it (heroku-buildpack-clojure, bin/compile).
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
    build: app.has('bin/build') ? 'bin/build' : 'lein ${LEIN_BUILD_TASK}',
    uberjar: project.uberjarName !== undefined && {
      name: shellWord(project.uberjarName),
      folder: shellWord(targetRoot(project.targetPath)),
    },
  };
}

function buildTask(isUberjar: boolean): string {
  return isUberjar ? 'uberjar' : `with-profile ${profile} compile :all`;
}

/** The folder that all profiles have their own in: `target` for `target/%s/`. */
function targetRoot(targetPath: string): string {
  return targetPath.split('/%s')[0]?.replace(/\/$/, '') ?? '';
}

/** The text in the shell's language, in quotes only where it has to be. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quoteForShell(text);
}
