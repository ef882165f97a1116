import { describe, expect, it } from 'vitest';
import { gradle } from '../../src/platforms/gradle/index.ts';
import { detectPlatform } from '../../src/platforms/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const wrapperWith = (properties: string): Files => ({
  gradlew: '',
  'gradle/wrapper/gradle-wrapper.properties': properties,
});
const wrapper = wrapperWith(
  'distributionBase=GRADLE_USER_HOME\ndistributionUrl=https\\://services.gradle.org/distributions/gradle-9.0.0-bin.zip\n',
);
const appWith = (script: string, files: Files = {}): Files => ({
  ...wrapper,
  'build.gradle': script,
  ...files,
});

const run = '/opt/gradle/bin/gradle --no-daemon --console=plain --project-cache-dir=/tmp/gradle';
const taskOf = (script: string) =>
  /ARG GRADLE_TASK="(.*)"/.exec(dockerfileFor(appWith(script)))?.[1];

describe('detection', () => {
  it.each(['gradlew', 'build.gradle', 'build.gradle.kts', 'settings.gradle'])(
    'takes %s for Gradle',
    (name) => {
      const app = makeApp({ [name]: '', 'package.json': manifestText() });
      expect(detectPlatform(app).name).toBe('gradle');
    },
  );

  it('leaves an app with a pom to Maven', () => {
    expect(detectPlatform(makeApp({ 'pom.xml': '', 'build.gradle': '' })).name).toBe('maven');
  });
});

describe('the choice of Gradle', () => {
  it('is the wrapper’s', () => {
    expect(gradle.plan(makeApp(appWith(''))).reason).toBe(
      'Java 25.0.2 (the default), Gradle 9.0.0 (gradle/wrapper/gradle-wrapper.properties names it)',
    );
    const dockerfile = dockerfileFor(appWith(''));
    expect(dockerfile).toContain('ARG GRADLE_MIRROR=https://services.gradle.org/distributions\n');
    expect(dockerfile).toContain(
      '"${'.concat('GRADLE_MIRROR}/gradle-', '${', 'GRADLE_VERSION}-bin.zip"'),
    );
    expect(dockerfile).toContain('unzip -q -d /opt/gradle');
  });

  it('is checked by the wrapper’s checksum, and comes from the wrapper’s address', () => {
    const properties = `distributionUrl=https://mirror.example/g/gradle-8.14.3-all.zip\r\ndistributionSha256Sum=${'a'.repeat(64)}\r\n`;
    const dockerfile = dockerfileFor({ ...appWith(''), ...wrapperWith(properties) });
    expect(dockerfile).toContain('ARG GRADLE_MIRROR=https://mirror.example/g\n');
    expect(dockerfile).toContain(`ARG GRADLE_SHA256=${'a'.repeat(64)}\n`);
    expect(dockerfile).toContain('-all.zip"');
  });

  it('is refused without a wrapper', () => {
    const error = refusalOf(() => gradle.plan(makeApp({ 'build.gradle': '' })));
    expect(error.message).toContain('no Gradle wrapper');
  });

  it('is refused where the wrapper names something else, at its line', () => {
    const files = wrapperWith('distributionBase=GRADLE_USER_HOME\ndistributionUrl=gradle.zip\n');
    const error = refusalOf(() => gradle.plan(makeApp(files)));
    expect(error.message).toContain('distributionUrl is "gradle.zip"');
    expect(error.location).toEqual({
      file: 'gradle/wrapper/gradle-wrapper.properties',
      line: 2,
    });
  });
});

describe('the build', () => {
  it('downloads the dependencies with the scripts alone', () => {
    expect(triggersOf(dockerfileFor(appWith("plugins { id 'java' }")))).toEqual([
      'COPY --chown=1000:1000 *.gradle *.gradle.kt[s] gradle.propertie[s] gradle.lockfil[e] ./',
      'COPY --chown=1000:1000 gradle ./gradle',
      `RUN ${run} --init-script /opt/gradle/download.gradle -Dorg.gradle.configuration-cache=false downloadDependencies`,
      'COPY --chown=1000:1000 . ./',
      `RUN ${run} \${GRADLE_TASK}`,
    ]);
  });

  it.each([
    ['several projects', appWith('x', { 'settings.gradle': "include 'web'" }), 'several projects'],
    ['a build of its own', appWith('x', { 'buildSrc/build.gradle': '' }), 'buildSrc'],
    ['more scripts', appWith("apply from: 'more/a.gradle'"), 'build scripts read others'],
    ['a jar in the app', appWith("dependencies { implementation files('a.jar') }"), 'a file of'],
    ['no script at its root', { ...wrapper }, 'no script at its root'],
  ])('has the source at hand for %s', (_case, files, reason) => {
    const dockerfile = dockerfileFor(files);
    expect(dockerfile).toMatch(new RegExp(`because .*${reason}`));
    expect(dockerfile).toContain('GRADLE_USER_HOME=/tmp/cache');
    expect(triggersOf(dockerfile)).toEqual([
      'COPY --chown=1000:1000 . ./',
      `RUN ${run} \${GRADLE_TASK}`,
    ]);
  });

  it.each([
    ["task stage(dependsOn: ['build'])", 'stage'],
    ["tasks.register('stage') { dependsOn 'build' }", 'stage'],
    ['tasks.register<Copy>("stage") {}', 'stage'],
    ["plugins { id 'org.springframework.boot' version '4.1.2' }", 'build -x check'],
    ["plugins { id 'io.quarkus' }", 'build -x check'],
    ["plugins { id 'io.micronaut.application' }", 'shadowJar -x check'],
    ["plugins { id 'io.ratpack.ratpack-java' }", 'installDist -x check'],
    ["plugins { id 'java' } // task stage", 'build -x check'],
  ])('runs for %j the task %j', (script, task) => {
    expect(taskOf(script)).toBe(task);
  });
});

describe('the default process type', () => {
  const jar = '"$(ls build/libs/*.jar | grep -Ev \'(plain|sources|javadoc)\\.jar$\' | head -n 1)"';

  it.each([
    ['org.springframework.boot', 'server.port', jar],
    ['io.micronaut.application', 'micronaut.server.port', jar],
    ['io.quarkus', 'quarkus.http.port', 'build/quarkus-app/quarkus-run.jar'],
  ])('runs an app of %s', (plugin, property, path) => {
    const app = makeApp({ 'build.gradle.kts': `plugins { id("${plugin}") }` });
    expect(gradle.defaultProcessTypes(app)).toEqual({
      web: `java -D${property}=$PORT $JAVA_OPTS -jar ${path}`,
    });
  });

  it.each([
    "// id 'org.springframework.boot'",
    '/* io.quarkus */',
    "id 'io.ratpack.ratpack-java'",
    "compile 'org.grails:grails-core'\nid 'org.springframework.boot'",
    '',
  ])('is none for %j', (script) => {
    expect(gradle.defaultProcessTypes(makeApp({ 'build.gradle': script }))).toEqual({});
  });
});
