import type { JarFramework } from '../jvm/web-process.ts';
import type { AppFolder } from '../platform.ts';

/** What makes an app one of Gradle's (heroku-buildpack-gradle, bin/detect). */
export const gradleFiles = [
  'gradlew',
  ...['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'],
];

/** The script that builds the app; empty where there is none at its root. */
export function buildScript(app: AppFolder): string {
  return withoutComments(app.read('build.gradle.kts') ?? app.read('build.gradle') ?? '');
}

/** Kinds of apps that have a task of their own (heroku-buildpack-gradle, lib/frameworks.sh). */
export type Framework = Exclude<JarFramework, 'WildFly Swarm'> | 'Ratpack';

const signs: Readonly<Record<Framework, RegExp>> = {
  'Spring Boot': /org\.springframework\.boot|spring-boot-gradle-plugin/,
  Micronaut: /io\.micronaut/,
  Quarkus: /io\.quarkus/,
  Ratpack: /io\.ratpack/,
};

const frameworks = Object.keys(signs) as readonly Framework[];

/** The framework that an app is made with; `undefined` where it is none of these. */
export function frameworkOf(script: string): Framework | undefined {
  if (/org\.grails:grails-/.test(script)) return undefined;
  return frameworks.find((framework) => signs[framework].test(script));
}

/** Whether the script defines a task called `stage`: what Heroku's buildpack runs first of all. */
export function hasStageTask(script: string): boolean {
  return /\btask\s*\(?\s*["']?stage\b|\b(?:register|create)\s*(?:<[^>]*>)?\s*\(\s*["']stage["']|\bval\s+stage\s+by\b/.test(
    script,
  );
}

/**
 * Why Gradle has to have the whole source at hand to resolve the dependencies, as a clause that
 * follows "because"; `undefined` where its scripts are enough.
 */
export function whySourceFirst(app: AppFolder): string | undefined {
  const settings = withoutComments(
    app.read('settings.gradle.kts') ?? app.read('settings.gradle') ?? '',
  );
  const script = buildScript(app);
  if (script === '') return 'there is no script at its root';
  if (/\binclude(?:Build|Flat)?\b/.test(settings)) return 'the app has several projects';
  if (app.hasFolder('buildSrc')) return 'buildSrc compiles a part of the build';
  if (/\bapply\s*\(?\s*from\b/.test(script)) return 'build scripts read others';
  return /\b(?:files|fileTree|flatDir)\b/.test(script)
    ? 'a dependency may be a file of the app'
    : undefined;
}

/** Groovy's and Kotlin's; a URL's slashes are no comment. */
function withoutComments(script: string): string {
  return script.replaceAll(/\/\*.*?\*\/|(?<![:"'])\/\/[^\n]*/gs, '');
}
