import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clojure } from '../../src/platforms/clojure/index.ts';
import inventory from '../../src/platforms/clojure/inventory.json' with { type: 'json' };
import { readProject } from '../../src/platforms/clojure/project.ts';
import { detectPlatform } from '../../src/platforms/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

const projectText = (rest: string) =>
  `(defproject shop "1.0.0"\n  :dependencies [[org.clojure/clojure "1.12.5"]]\n  ${rest})\n`;
const uberjar = ':uberjar-name "shop.jar"';
const appWith = (rest: string, files: Readonly<Record<string, string>> = {}) => ({
  'project.clj': projectText(rest),
  ...files,
});
const plan = (rest: string) => clojure.plan(makeApp(appWith(rest)));
const webOf = (rest: string) => clojure.defaultProcessTypes(makeApp(appWith(rest)))['web'];
const triggers = (rest: string, files?: Readonly<Record<string, string>>) =>
  triggersOf(dockerfileFor(appWith(rest, files)));

describe('detection', () => {
  it('takes a project.clj for Clojure, before what it may come with', () => {
    const files = appWith('', { 'package.json': manifestText(), 'pom.xml': '', 'build.sbt': '' });
    expect(detectPlatform(makeApp(files)).name).toBe('clojure');
  });

  it('does not take a deps.edn, which Heroku’s buildpack does not build either', () => {
    expect(clojure.detect(makeApp({ 'deps.edn': '{}' }))).toBe(false);
  });
});

describe('the version of Leiningen', () => {
  it.each([
    ['', '2.12.0', 'the default'],
    [':min-lein-version "2.0.0"', '2.12.0', 'the default'],
    [':min-lein-version "2.12.0"', '2.12.0', 'the default'],
    [':min-lein-version "2.13.0"', '2.13.0', 'project.clj asks for 2.13.0'],
  ])('for %j is %s', (rest, version, reason) => {
    expect(plan(rest).summary).toMatch(new RegExp(`^Java \\S+ with Leiningen ${version}$`));
    expect(plan(rest).reason).toContain(`Leiningen ${version} (${reason})`);
  });

  it.each([
    ['1.7.1', 'which Heroku does not have any more'],
    ['2.99.0', `the nearest is ${Object.keys(inventory)[0]}`],
    ['3.0.0', `the nearest is ${Object.keys(inventory)[0]}`],
  ])('is refused where it is %s', (version, why) => {
    const error = refusalOf(() => plan(`:min-lein-version "${version}"`));
    expect(error.message).toContain(why);
    expect(error.location).toEqual({ file: 'project.clj', line: 3 });
  });
});

describe('the default process type', () => {
  it.each([
    [uberjar, 'target/shop.jar'],
    [`${uberjar} :target-path "target/%s"`, 'target/uberjar/shop.jar'],
    [`${uberjar} :target-path "out/"`, 'out/shop.jar'],
    [':uberjar-name "my shop.jar"', "'target/my shop.jar'"],
    [`:profiles {:uberjar {:aot :all ${uberjar}}}`, 'target/shop.jar'],
  ])('for %j is the uberjar', (rest, jar) => {
    expect(webOf(rest)).toBe(`java $JAVA_OPTS -jar ${jar}`);
  });

  it.each([
    '',
    `; ${uberjar}`,
    `#_${uberjar}`,
    '#_:uberjar-name "shop.jar"',
    ':description ":uberjar-name \\"x\\""',
  ])('for %j is Leiningen', (rest) => {
    expect(webOf(`${rest}\n`)).toBe('lein with-profile production trampoline run');
  });
});

describe('the Dockerfile', () => {
  it('fetches the dependencies before the app comes, and ships the uberjar alone', () => {
    expect(triggers(uberjar)).toEqual([
      'COPY --chown=1000:1000 project.clj profiles.cl[j] ./',
      'RUN lein with-profile uberjar deps',
      'COPY --chown=1000:1000 . ./',
      `RUN lein \${LEIN_BUILD_TASK} && find target -not -type d -not -name shop.jar -delete && find target -type d -empty -delete`,
    ]);
  });

  it('has Leiningen on the dyno where it runs the app', () => {
    const instructions = instructionsOf(dockerfileFor(appWith('')));
    expect(instructions.join('\n')).toContain('/app/heroku/lein/leiningen.jar');
    expect(instructions).toContain(
      'ONBUILD ARG LEIN_BUILD_TASK="with-profile production compile :all"',
    );
    expect(triggers('').at(-1)).toBe(`RUN lein \${LEIN_BUILD_TASK}`);
    expect(dockerfileFor(appWith(uberjar))).not.toContain('/app/heroku/lein');
  });

  it('builds with the app’s own script', () => {
    expect(triggers('', { 'bin/build': '#!/bin/sh\n' }).at(-1)).toBe('RUN bin/build');
  });

  it.each([
    [':version ~(slurp "VERSION")', 'project.clj reads other files'],
    [':repositories [["own" "file:jars"]]', 'one of the repositories is part of the app'],
    [':sub ["core" "web"]', 'the app has several projects'],
  ])('lets the app come first for %j', (rest, reason) => {
    expect(triggers(rest)[0]).toBe('COPY --chown=1000:1000 . ./');
    expect(dockerfileFor(appWith(rest))).toContain(`because ${reason}.`);
  });
});

describe('a private repository', () => {
  it.each([
    [':password :env/nexus_token', ['NEXUS_TOKEN']],
    [':username :env :password :env/nexus-token', ['LEIN_USERNAME', 'NEXUS_TOKEN']],
    [':env {:production true} :environment 1', []],
  ])('with %j gets its secrets in the build', (settings, names) => {
    const rest = `:repositories [["own" {:url "https://r.example" ${settings}}]]`;
    expect(readProject(makeApp(appWith(rest))).secrets).toEqual(names);
    const dockerfile = dockerfileFor(appWith(rest));
    for (const name of names) {
      expect(dockerfile).toContain(`--mount=type=secret,id=${name},env=${name}`);
      expect(plan(rest).reason).toContain(name);
    }
  });
});

describe('readProject', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}\.jar$/);
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  const comment = fc.stringMatching(/^[^\n]*$/).map((text) => `;${text}\n`);
  const other = fc.oneof(
    comment,
    fc.string().map((text) => `:other ${quoted(text)}`),
    fc.constantFrom('\\"', '\\;', '\\newline', '[]', '{:a 1}', '#{1}', ','),
  );

  it('finds a fact whatever is around it', () => {
    fc.assert(
      fc.property(fc.array(other), name, fc.array(other), (before, jar, after) => {
        const text = [...before, `:uberjar-name ${quoted(jar)}`, ...after].join('\n');
        expect(readProject(makeApp({ 'project.clj': text })).uberjarName).toBe(jar);
      }),
    );
  });

  it('finds none in comments and strings', () => {
    const hidden = fc.oneof(
      name.map((jar) => `; :uberjar-name ${quoted(jar)}\n`),
      name.map((jar) => quoted(`:uberjar-name ${quoted(jar)}`)),
    );
    fc.assert(
      fc.property(fc.array(hidden), (texts) => {
        const app = makeApp({ 'project.clj': texts.join(' ') });
        expect(readProject(app).uberjarName).toBeUndefined();
      }),
    );
  });
});
