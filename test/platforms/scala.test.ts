import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectPlatform } from '../../src/platforms/index.ts';
import {
  readBuildDefinition,
  withoutComments,
} from '../../src/platforms/scala/build-definition.ts';
import { scala } from '../../src/platforms/scala/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

const buildProperties = 'project/build.properties';
const sbtApp = (files: Files = {}): Files => ({
  'build.sbt': 'name := "shop"\n',
  [buildProperties]: 'sbt.version=1.12.14\n',
  'project/plugins.sbt': 'addSbtPlugin("com.github.sbt" % "sbt-native-packager" % "1.11.7")\n',
  ...files,
});
const plan = (files?: Files) => scala.plan(makeApp(sbtApp(files)));
const webOf = (files?: Files) => scala.defaultProcessTypes(makeApp(sbtApp(files)))['web'];

describe('detection', () => {
  it.each([
    'build.sbt',
    'shop.sbt',
    '.sbtrc',
    buildProperties,
    'project/Build.scala',
    '.sbt/a.scala',
  ])('takes %s for Scala, before a package.json', (file) => {
    const app = makeApp({ [file]: '', 'package.json': manifestText() });
    expect(detectPlatform(app).name).toBe('scala');
  });

  it('does not take Scala files, or an sbt build elsewhere', () => {
    expect(
      scala.detect(makeApp({ 'Main.scala': '', 'tools/build.sbt': '', 'project/x.py': '' })),
    ).toBe(false);
  });
});

describe('the version of sbt', () => {
  it.each(['sbt.version=1.12.14', '# sbt\n sbt.version : 1.12.14 \r\n', 'sbt.version 1.12.14'])(
    'is read from %j',
    (text) => {
      expect(plan({ [buildProperties]: text }).summary).toMatch(/^Java \S+ with sbt 1\.12\.14$/);
    },
  );

  it('is told with the reason', () => {
    expect(plan({ 'system.properties': 'java.runtime.version=21' }).reason).toMatch(
      /^Java 21\S+ \(system\.properties asks for 21\), sbt 1\.12\.14 \(project\/build\.properties\)$/,
    );
  });

  it.each([
    ['is missing', sbtApp({ [buildProperties]: '' })],
    ['has no file', { 'build.sbt': '' }],
  ])('is asked for where it %s', (_case, files) => {
    const error = refusalOf(() => scala.plan(makeApp(files)));
    expect(error.message).toMatch(/^project\/build\.properties .* sbt\.version/);
    expect(error.remedy).toContain('sbt.version=1.');
    expect(error.location?.file).toBe(buildProperties);
  });

  it.each([
    ['1.x', 'no version'],
    ['latest', 'no version'],
    ['0.13.18', 'too old'],
  ])('is refused where it is %s', (version, why) => {
    const error = refusalOf(() => plan({ [buildProperties]: `\nsbt.version=${version}` }));
    expect(error.message).toContain(why);
    expect(error.location).toEqual({ file: buildProperties, line: 2 });
  });

  it.each([
    ['1.11.7', 25, 'java.runtime.version=21'],
    ['1.8.3', 21, 'java.runtime.version=17'],
    ['1.5.0', 17, 'java.runtime.version=11'],
    ['2.0.12', 11, 'java.runtime.version=17'],
  ])('%s is warned of with Java %i', (sbt, java, remedy) => {
    const [warning] = plan({
      [buildProperties]: `sbt.version=${sbt}`,
      'system.properties': `java.runtime.version=${java}`,
    }).warnings;
    expect(warning?.message).toContain(remedy);
    expect(warning?.location).toEqual({ file: buildProperties, line: 1 });
  });

  it.each([
    ['1.12.0', 25],
    ['1.9.0', 21],
    ['1.3.0', 11],
    ['1.3.0', 8],
    ['2.0.12', 25],
  ])('%s is at home on Java %i', (sbt, java) => {
    const files = {
      [buildProperties]: `sbt.version=${sbt}`,
      'system.properties': `java.runtime.version=${java}`,
    };
    expect(plan(files).warnings).toEqual([]);
  });
});

describe('the default process type', () => {
  it.each([
    ['name := "shop"', 'shop'],
    ['lazy val root = project.settings(\n  name := "My Shop 2",\n)', 'my-shop-2'],
    ['name := "shop"\nexecutableScriptName := "run"', 'run'],
    ['name := "shop"\n// name := "old"\n/* name := "older" */', 'shop'],
    ['name := "shop"\nmoduleName := "other"\nThisBuild / organizationName := "Shop"', 'shop'],
    ['name := "shop"\nval core = project.settings(name := "core")', '*'],
    ['name := appName', '*'],
    ['scalaVersion := "3.3.7"', '*'],
  ])('of %j is its script', (text, script) => {
    expect(webOf({ 'build.sbt': text })).toBe(
      `target/universal/stage/bin/${script} -Dhttp.port=$PORT`,
    );
  });

  it('is that of the project that is staged', () => {
    expect(webOf({ 'system.properties': 'sbt.project=server' })).toBe(
      'server/target/universal/stage/bin/* -Dhttp.port=$PORT',
    );
  });

  it('is there for Play, and for a task "stage" of the build’s own', () => {
    const play = {
      'project/plugins.sbt': 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.0")',
    };
    expect(webOf(play)).toContain('bin/shop');
    expect(
      webOf({ 'project/plugins.sbt': '', 'build.sbt': 'val stage = taskKey[Unit]("")' }),
    ).toContain('bin/*');
  });

  it('is not there without the task, which is warned of', () => {
    const files = { 'project/plugins.sbt': '' };
    expect(webOf(files)).toBeUndefined();
    expect(plan(files).warnings[0]?.message).toContain('sbt-native-packager');
  });

  it('needs no version that can be built', () => {
    expect(webOf({ [buildProperties]: 'sbt.version=0.7' })).toContain('bin/shop');
    expect(scala.defaultProcessTypes(makeApp())).toEqual({});
  });
});

describe('the Dockerfile', () => {
  it('resolves the dependencies before the app comes, and ships what is staged', () => {
    expect(triggersOf(dockerfileFor(sbtApp()))).toEqual([
      'COPY --chown=1000:1000 build.sbt .sbtopt[s] .jvmopt[s] .sbtr[c] ./',
      'COPY --chown=1000:1000 project ./project',
      'RUN sbt update',
      'COPY --chown=1000:1000 . ./',
      expect.stringMatching(
        /^RUN sbt \$\{SBT_PRE_TASKS\} \$\{SBT_TASKS\} && find .*universal\/stage.* -delete && find .* -empty -delete$/,
      ),
    ]);
  });

  it.each([
    ['version := IO.read(file("VERSION"))', 'the build reads files when sbt loads it'],
    ['val revision = sys.process.Process("git")', 'the build reads files when sbt loads it'],
    ['lazy val core = ProjectRef(file("core"), "core")', 'the build has other builds in it'],
  ])('lets the app come first for %j', (text, reason) => {
    const dockerfile = dockerfileFor(sbtApp({ 'project/Version.scala': text }));
    expect(triggersOf(dockerfile)).toEqual([
      'COPY --chown=1000:1000 . ./',
      expect.stringMatching(/^RUN sbt \$\{SBT_PRE_TASKS\}/),
    ]);
    expect(dockerfile).toContain('--mount=type=cache,id=sbt,target=/tmp/cache');
    expect(dockerfile).toContain(`because ${reason}.`);
  });

  it('mounts what the credentials of a private repository are read from', () => {
    const text =
      'credentials += Credentials("", "r.example", "ci", sys.env.getOrElse("TOKEN", ""))';
    expect(dockerfileFor(sbtApp({ 'build.sbt': text }))).toContain(
      'ONBUILD RUN --mount=type=secret,id=TOKEN,env=TOKEN \\\n    sbt update\n',
    );
    expect(plan({ 'build.sbt': text }).reason).toContain('given TOKEN by the setting "secrets"');
    expect(dockerfileFor(sbtApp({ 'build.sbt': 'sys.env("CI")' }))).not.toContain('type=secret');
  });

  it('builds the project that is asked for', () => {
    const files = sbtApp({ 'system.properties': 'sbt.project=server' });
    expect(instructionsOf(dockerfileFor(files))).toContain(
      'ONBUILD ARG SBT_TASKS="server/compile server/stage"',
    );
  });

  it('checks the launcher, and does not take it for an archive', () => {
    const dockerfile = dockerfileFor(sbtApp());
    expect(dockerfile).toMatch(/^ARG SBT_SHA1=[0-9a-f]{40}$/m);
    expect(dockerfile).toContain(' && mv /tmp/sbt.jar /opt/sbt/sbt-launch.jar\n');
  });
});

describe('withoutComments', () => {
  const code = fc.stringMatching(/^[\w ():=,\n]*$/);
  const comment = fc.oneof(
    fc.stringMatching(/^[^\n]*$/).map((text) => `//${text}\n`),
    fc.string().map((text) => `/*${text.replaceAll('*/', '')}*/`),
  );
  const literal = fc.stringMatching(/^[^"\\\n]*$/).map((text) => `"${text}"`);

  it('leaves code and strings as they are, whatever is between them', () => {
    fc.assert(
      fc.property(code, comment, literal, comment, code, (first, one, text, other, last) => {
        const left = withoutComments(`${first}${one}${text}${other}${last}`);
        expect(left.startsWith(first) && left.includes(text) && left.endsWith(last)).toBe(true);
        expect(left.length).toBeLessThanOrEqual(first.length + text.length + last.length + 4);
      }),
    );
  });

  it('finds the name whatever is around it', () => {
    fc.assert(
      fc.property(
        comment,
        comment,
        fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/),
        (one, other, name) => {
          const text = `${one}\nname := "${name}"\n${other}`;
          expect(readBuildDefinition(makeApp({ 'build.sbt': text })).executable).toBe(name);
        },
      ),
    );
  });
});
