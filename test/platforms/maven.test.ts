import { describe, expect, it } from 'vitest';
import { detectPlatform } from '../../src/platforms/index.ts';
import { maven } from '../../src/platforms/maven/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const pom = (content = '') => `<?xml version="1.0"?>
<project>
  <groupId>example</groupId>
  <artifactId>app</artifactId>
  ${content}
</project>
`;
const dependency = (group: string, artifact: string, more = '') =>
  `<dependencies><dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>${more}</dependency></dependencies>`;

const wrapper = {
  mvnw: '',
  '.mvn/wrapper/maven-wrapper.properties':
    'distributionUrl=https://repo.maven.apache.org/maven2/org/apache/maven/apache-maven/3.9.9/apache-maven-3.9.9-bin.zip\n',
};

const planOf = (files: Files) => maven.plan(makeApp({ 'pom.xml': pom(), ...files }));
const triggers = (files: Files = {}) => triggersOf(dockerfileFor({ 'pom.xml': pom(), ...files }));
const processTypes = (content: string, files: Files = {}) =>
  maven.defaultProcessTypes(makeApp({ 'pom.xml': pom(content), ...files }));

const run = '/opt/maven/bin/mvn --batch-mode --no-transfer-progress';
const options = (folder = '/opt/maven') =>
  `-Dmaven.repo.local=${folder}/repository \${MAVEN_CUSTOM_OPTS}`;

const goals = `\${SOURCE_TIME:+-Dproject.build.outputTimestamp=$SOURCE_TIME} \${MAVEN_CUSTOM_GOALS}`;

describe('detection', () => {
  it.each(['pom.xml', 'pom.groovy', 'pom.yml', 'pom.rb'])('takes %s for Maven', (name) => {
    expect(detectPlatform(makeApp({ [name]: '' })).name).toBe('maven');
  });

  it('prefers Maven to the assets’ package.json', () => {
    const app = makeApp({ 'pom.xml': pom(), 'package.json': manifestText() });
    expect(detectPlatform(app).name).toBe('maven');
  });
});

describe('the choice of Maven', () => {
  it('is the buildpack’s default', () => {
    expect(planOf({})).toMatchObject({
      summary: 'Java 25.0.2 with Maven 3.9.4',
      reason: 'Java 25.0.2 (the default), Maven 3.9.4 (the default)',
      warnings: [],
    });
  });

  it('is the wrapper’s', () => {
    expect(planOf(wrapper).reason).toContain(
      'Maven 3.9.9 (.mvn/wrapper/maven-wrapper.properties names it)',
    );
    expect(dockerfileFor({ 'pom.xml': pom(), ...wrapper })).not.toContain('ARG MAVEN_MIRROR');
  });

  it('is the one of system.properties, even with a wrapper', () => {
    const { reason } = planOf({ ...wrapper, 'system.properties': 'maven.version=3.9.11\n' });
    expect(reason).toContain('Maven 3.9.11 (system.properties asks for it)');
  });

  it('is checked, where its vendor publishes a checksum', () => {
    const asking = (version: string) =>
      dockerfileFor({ 'pom.xml': pom(), 'system.properties': `maven.version=${version}` });
    expect(asking('3.9.11')).toContain(
      'ARG MAVEN_SHA512=bcfe4fe305c962ace56ac7b5fc7a08b87d5abd8b7e89027ab251069faebee516b0ded8961445d6d91ec1985dfe30f8153268843c89aa392733d1a3ec956c9978',
    );
    expect(asking('3.8.8')).toContain('No checksum of it is known here');
  });

  it('refuses an unknown one, and names the nearest', () => {
    const error = refusalOf(() =>
      planOf({ 'system.properties': 'java.runtime.version=21\nmaven.version=3.9.99\n' }),
    );
    expect(error.message).toContain('the nearest is 3.9.16');
    expect(error.location).toEqual({ file: 'system.properties', line: 2 });
  });
});

describe('the build', () => {
  it('resolves the dependencies from the pom alone', () => {
    expect(triggers()).toEqual([
      'COPY --chown=1000:1000 pom.xml ./',
      `RUN ${run} ${options()} dependency:go-offline`,
      'COPY --chown=1000:1000 . ./',
      `RUN ${run} ${options()} ${goals}`,
    ]);
  });

  it('leaves the time of archives’ entries to the app, where it has one', () => {
    const own = pom(
      '<properties><project.build.outputTimestamp>10</project.build.outputTimestamp></properties>',
    );
    expect(triggers({ 'pom.xml': own }).at(-1)).toBe(
      `RUN ${run} ${options()} \${MAVEN_CUSTOM_GOALS}`,
    );
  });

  it('runs the wrapper, which is there first', () => {
    const [first, second, third, install] = triggers(wrapper);
    expect([first, second, third]).toEqual([
      'COPY --chown=1000:1000 pom.xml ./',
      'COPY --chown=1000:1000 mvnw ./',
      'COPY --chown=1000:1000 .mvn ./.mvn',
    ]);
    expect(install).toBe(
      `RUN sh ./mvnw --batch-mode --no-transfer-progress ${options()} dependency:go-offline`,
    );
    expect(instructionsOf(dockerfileFor({ 'pom.xml': pom(), ...wrapper }))).toEqual(
      expect.arrayContaining([
        'ONBUILD ARG MAVEN_USER_HOME=/opt/maven',
        'ONBUILD ARG MVNW_REPOURL',
      ]),
    );
  });

  it('reads the app’s settings, and is given their secrets', () => {
    const settings = `<settings><password>\${env.REPO_PASSWORD}</password>\${env.HOME}</settings>`;
    const files = { 'pom.xml': pom(), 'settings.xml': settings };
    expect(triggersOf(dockerfileFor(files))[0]).toContain('pom.xml settings.xml ./');
    expect(triggersOf(dockerfileFor(files))[1]).toContain('--settings settings.xml');
    expect(dockerfileFor(files)).toContain(
      '--mount=type=secret,id=REPO_PASSWORD,env=REPO_PASSWORD',
    );
    expect(planOf(files).reason).toContain('the build is to be given REPO_PASSWORD by');
  });

  it.each([
    ['its modules', pom('<modules><module>web</module></modules>'), 'the app has modules'],
    [
      'modules of a profile',
      pom('<profiles><profile><modules><module>web</module></modules></profile></profiles>'),
      'the app has modules',
    ],
    [
      'a file as a dependency',
      pom(dependency('a', 'b', `<systemPath>\${basedir}/b.jar</systemPath>`)),
      'a dependency is a file',
    ],
    [
      'a repository of its own',
      pom(
        `<repositories><repository><url>file://\${project.basedir}/repo</url></repository></repositories>`,
      ),
      'a repository of dependencies',
    ],
    [
      'a profile by a file',
      pom(
        '<profiles><profile><activation><file><exists>a</exists></file></activation></profile></profiles>',
      ),
      'a profile depends',
    ],
  ])('has the source at hand for %s', (_case, text, reason) => {
    const dockerfile = dockerfileFor({ 'pom.xml': text });
    expect(dockerfile).toContain(`because ${reason}`);
    expect(triggersOf(dockerfile)).toEqual([
      'COPY --chown=1000:1000 . ./',
      `RUN ${run} ${options('/tmp/cache')} ${goals}`,
    ]);
    expect(dockerfile).toContain('--mount=type=cache,id=maven,target=/tmp/cache');
  });

  it.each([
    ['parent', { 'parent/pom.xml': pom() }, true],
    ['parent/pom.xml', { 'parent/pom.xml': pom() }, true],
    ['../pom.xml', {}, false],
    ['', {}, false],
  ])('knows whether the parent %j is part of the app', (path, files, isPart) => {
    const text = pom(`<parent><relativePath>${path}</relativePath></parent>`);
    expect(triggers({ ...files, 'pom.xml': text })[0]?.includes(' . ./')).toBe(isPart);
  });

  it('has the source at hand for a pom in another language', () => {
    expect(triggersOf(dockerfileFor({ 'pom.groovy': '' }))[0]).toBe('COPY --chown=1000:1000 . ./');
  });

  it('gives Java 8 the folder that it has for the dyno', () => {
    const dockerfile = dockerfileFor({
      'pom.xml': pom(),
      'system.properties': 'java.runtime.version=1.8',
    });
    expect(dockerfile).toContain('RUN cp --recursive /opt/jdk/jre /app/heroku/jdk');
    expect(dockerfile).not.toContain('jlink');
  });

  it('refuses a pom that is no XML, at its line', () => {
    const error = refusalOf(() => planOf({ 'pom.xml': '<project>\n  <artifactId>\n</project>\n' }));
    expect(error.message).toContain('pom.xml, line 3 is not XML');
    expect(error.location).toEqual({ file: 'pom.xml', line: 3 });
  });
});

describe('the default process type', () => {
  const largest = '"$(ls -S target/*.jar | head -n 1)"';

  it.each([
    ['org.springframework.boot', 'spring-boot-starter-web', 'server.port', largest],
    ['org.wildfly.swarm', 'microprofile', 'swarm.http.port', largest],
    ['io.micronaut', 'micronaut-http', 'micronaut.server.port', largest],
    ['io.quarkus', 'quarkus-rest', 'quarkus.http.port', 'target/quarkus-app/quarkus-run.jar'],
  ])('runs an app of %s', (group, artifact, property, jar) => {
    expect(processTypes(dependency(group, artifact))).toEqual({
      web: `java -D${property}=$PORT $JAVA_OPTS -jar ${jar}`,
    });
  });

  it.each([
    ['nothing of a framework', dependency('com.example', 'spring-boot')],
    ['a comment', `<!-- ${dependency('org.springframework.boot', 'spring-boot')} -->`],
    ['a war', `<packaging>war</packaging>${dependency('org.springframework.boot', 'spring-boot')}`],
    ['modules', `<modules><module>web</module></modules>${dependency('io.micronaut', 'a')}`],
  ])('is none for %s', (_case, content) => {
    expect(processTypes(content)).toEqual({});
  });

  it('is none for a pom in another language, and asks for no version', () => {
    const files = { 'pom.yml': '', 'system.properties': 'java.runtime.version=0' };
    expect(maven.defaultProcessTypes(makeApp(files))).toEqual({});
  });
});
