import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../packages/command.ts';
import { debianVersion, stackSuite, unpackDebian } from '../packages/debian.ts';
import type { Packer } from './packer.ts';

/**
 * Gradle as its vendor offers it at https://services.gradle.org/distributions: `gradle-V-bin.zip`.
 * Debian has one version, an old one that it keeps working with today's Java.
 */
const gradle: Packer = {
  vendor: 'https://services.gradle.org/distributions/gradle-9.4.1-bin.zip',
  defaultVersion: '4',
  resolve: () => debianVersion(stackSuite, 'gradle').split('-')[0] ?? '',
  download: (version) => ({
    path: `gradle-${version}-bin.zip`,
    assemble: (work) => assembleGradle(version, work),
  }),
};

export default gradle;

/** What the vendor has in the same archive, and Debian in packages of its own. */
const programs = ['ant', 'bnd', 'groovy', 'ivy', 'junit4', 'testng'];
const libraries = `
  aopalliance asm atinject-jsr330-api bcpg bcprov bsh cdi-api commons-cli commons-codec
  commons-collections3 commons-compress commons-io commons-lang commons-lang3
  commons-logging dd-plist error-prone geronimo-annotation-1.3-spec
  geronimo-interceptor-3.0-spec google-gson guava guice hamcrest hawtjni-runtime
  httpclient httpcore jansi1 jatl jcifs jcip-annotations jcommander jgit jsch jsr305 kryo
  maven-resolver maven3-core minlog native-platform nekohtml objenesis plexus-cipher
  plexus-classworlds plexus-component-annotations plexus-interpolation
  plexus-sec-dispatcher plexus-utils2 polyglot-maven reflectasm rhino simple-http
  sisu-inject sisu-plexus slf4j wagon-file wagon-http wagon-provider-api xbean-reflect
  xerces2 xz
`;

function assembleGradle(version: string, work: string): string {
  const own = ['gradle', 'libgradle-core-java', 'libgradle-plugins-java'];
  const others = libraries
    .trim()
    .split(/\s+/)
    .map((name) => `lib${name}-java`);
  unpackDebian(stackSuite, [...own, ...programs, ...others], work);
  const debian = join(work, 'usr/share');
  const folder = join(work, `gradle-${version}`);
  run('cp', ['--recursive', '--dereference', join(debian, 'gradle'), folder]);
  addJars(join(debian, 'java'), join(folder, 'lib'));
  setHome(join(folder, `lib/gradle-core-api-${version}.jar`), work);
  return folder;
}

/** Beside its own. A file with the version in its name has a link without it: Gradle asks for both. */
function addJars(from: string, to: string): void {
  const isThere = (name: string) =>
    ['', 'plugins'].some((part) => existsSync(join(to, part, name)));
  for (const name of readdirSync(from).filter((name) => name.endsWith('.jar'))) {
    if (isThere(name) || !existsSync(join(from, name))) continue; // Some links lead nowhere.
    cpSync(join(from, name), join(to, name), { verbatimSymlinks: true });
  }
}

/**
 * The vendor's Gradle finds its home by itself, and Debian's has it in a compiled class: here it
 * becomes the folder that the template unpacks it to.
 */
function setHome(jar: string, work: string): void {
  const name = 'org/gradle/internal/installation/CurrentGradleInstallationLocator.class';
  const folder = join(work, 'changed');
  mkdirSync(folder);
  run('unzip', ['-q', jar, name, '-d', folder]);
  const file = join(folder, name);
  const content = readFileSync(file);
  const home = classText('/usr/share/gradle');
  const start = content.indexOf(home);
  if (start < 0) throw new Error(`${name} has another home than before`);
  writeFileSync(
    file,
    Buffer.concat([
      content.subarray(0, start),
      classText('/opt/gradle'),
      content.subarray(start + home.length),
    ]),
  );
  run('touch', ['--date=1980-01-01', file]);
  run('zip', ['--quiet', '-X', jar, name], folder);
}

/** A text in a class file: a tag, the length and the bytes (The Java VM Specification, 4.4.7). */
function classText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.from([1, 0, 0]);
  header.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}
