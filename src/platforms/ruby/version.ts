import semver from 'semver';
import { DeployError, type SourceLocation } from '../../errors.ts';
import type { AppFolder, Notice } from '../platform.ts';
import { nearestRelease, newestRelease } from '../releases.ts';
import inventory from './inventory.json' with { type: 'json' };
import { gemfileName, type LockedValue, type Lockfile, lockfileName } from './lockfile.ts';

/** The Ruby release that an app gets. */
export interface RubyVersion {
  readonly version: string;
  /** What of the app led to it. */
  readonly reason: string;
  readonly warnings: readonly Notice[];
}

/** What Heroku's buildpack gives an app that asks for none (heroku-buildpack-ruby, lib/language_pack/ruby_version.rb). */
const defaultVersion = '3.3.9';

/** Release lines that get security fixes (https://www.ruby-lang.org/en/downloads/branches, mid 2026). */
const supportedLines = ['3.3', '3.4', '4.0'];

const versionFile = '.ruby-version';
const versions = Object.keys(inventory);

/**
 * The version of Gemfile.lock, as Heroku's buildpack takes it: what the Gemfile or .ruby-version ask
 * for counts when Bundler has written it there.
 * @throws DeployError where it is no Ruby that Heroku builds.
 */
export function chooseRubyVersion(app: AppFolder, { ruby }: Lockfile): RubyVersion {
  if (ruby === undefined) {
    return {
      version: defaultVersion,
      reason: `Ruby ${defaultVersion}, the default`,
      warnings: [notLocked(app)],
    };
  }
  const version = parse(ruby);
  return {
    version,
    reason: `${lockfileName} asks for ruby ${version}`,
    warnings: [
      ...supportWarnings(version, ruby.location),
      ...unknownWarnings(version, ruby.location),
      ...otherVersionFile(app, version),
    ],
  };
}

/** `ruby 3.3.9p170`; of another Ruby `ruby 3.1.4p0 (jruby 9.4.8.0)`. */
function parse({ text, location }: LockedValue): string {
  const [, version, more = ''] = /^ruby (\d+\.\d+\.\d+)(?:p\d+)?(.*)$/.exec(text) ?? [];
  if (version === undefined || more !== '') {
    throw new DeployError(
      `${lockfileName} asks for "${text}", which the template "ruby" does not install.`,
      'Ask for a released Ruby in the Gemfile and run "bundle update --ruby", or build with a Dockerfile of your own.',
      { location },
    );
  }
  if (versions.includes(version) || isNewer(version)) return version;
  const nearest = nearestRelease(versions, new semver.SemVer(version));
  throw new DeployError(
    `${lockfileName} asks for ruby ${version}, which Heroku does not have for its stacks; the nearest is ${nearest}.`,
    `Write ruby "~> ${nearest}" into the ${gemfileName}, and run "bundle update --ruby".`,
    { location },
  );
}

/** Than all that is known of its line: it may have come out since. */
function isNewer(version: string): boolean {
  const { major, minor } = new semver.SemVer(version);
  const newest = newestRelease(versions, `${major}.${minor}.x`) ?? newestRelease(versions) ?? '';
  return semver.gt(version, newest);
}

function unknownWarnings(version: string, location: SourceLocation): Notice[] {
  if (versions.includes(version)) return [];
  return [
    {
      message: `Ruby ${version} is newer than those known here, and the build ends where Heroku does not have it.`,
      location,
    },
  ];
}

function supportWarnings(version: string, location: SourceLocation): Notice[] {
  const line = version.split('.', 2).join('.');
  if (supportedLines.includes(line) || !versions.includes(version)) return [];
  return [
    {
      message: `Ruby ${line} gets no security fixes any more; supported: ${supportedLines.join(', ')}.`,
      location,
    },
  ];
}

/** Says why the default is taken, and what of the app asks for another without being heard. */
function notLocked(app: AppFolder): Notice {
  const asked = inGemfile(app) ?? inVersionFile(app);
  const heard =
    asked === undefined
      ? ''
      : ` What ${asked.location.file} says (${asked.text}) counts once it is in there.`;
  return {
    message: `${lockfileName} names no Ruby version, so it is ${defaultVersion}.${heard} ${remedyFor(asked)}`,
    location: asked?.location ?? { file: gemfileName },
  };
}

function remedyFor(asked: LockedValue | undefined): string {
  if (asked?.location.file === gemfileName) return 'Run "bundle update --ruby".';
  const line = asked === undefined ? `ruby "~> ${defaultVersion}"` : `ruby file: "${versionFile}"`;
  return `Write ${line} into the ${gemfileName}, and run "bundle update --ruby".`;
}

/** The version in a Gemfile's own words: `ruby "3.3.9"`. */
function inGemfile(app: AppFolder): LockedValue | undefined {
  const lines = (app.read(gemfileName) ?? '').split('\n');
  for (const [index, line] of lines.entries()) {
    const [, text] = /^\s*ruby[\s(]+["']([^"']+)["']/.exec(line) ?? [];
    if (text !== undefined) return { text, location: { file: gemfileName, line: index + 1 } };
  }
  return undefined;
}

function inVersionFile(app: AppFolder): LockedValue | undefined {
  const text = app
    .read(versionFile)
    ?.trim()
    .replace(/^ruby-/, '');
  return text ? { text, location: { file: versionFile, line: 1 } } : undefined;
}

function otherVersionFile(app: AppFolder, version: string): Notice[] {
  const asked = inVersionFile(app);
  if (asked === undefined || asked.text === version) return [];
  return [
    {
      message: `${versionFile} says ${asked.text}, but ${lockfileName} decides: Ruby ${version} is installed. "bundle update --ruby" brings them together.`,
      location: asked.location,
    },
  ];
}
