import { DeployError, type SourceLocation } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';

/** The file that describes a Ruby app, and what Bundler made of it. */
export const gemfileName = 'Gemfile';
export const lockfileName = 'Gemfile.lock';

/** Where gems come from, by the name of the section: `GEM` for a gem server. */
export interface GemSource {
  readonly kind: 'GEM' | 'GIT' | 'PATH' | 'PLUGIN SOURCE';
  /** An address; of the kind PATH a folder, relative to the app's. */
  readonly remote: string;
}

/** A line of the file with what it says. */
export interface LockedValue {
  readonly text: string;
  readonly location: SourceLocation;
}

/** What a Gemfile.lock says (https://github.com/rubygems/rubygems, bundler/lib/bundler/lockfile_parser.rb). */
export interface Lockfile {
  /** `ruby 3.3.9p170`, where the Gemfile asks for a version. */
  readonly ruby: LockedValue | undefined;
  /** Of Bundler: `2.5.23`. */
  readonly bundledWith: LockedValue | undefined;
  readonly sources: readonly GemSource[];
  /** Versions by the gem's name; of several, one for each platform, the first. */
  readonly gems: ReadonlyMap<string, string>;
  readonly platforms: readonly LockedValue[];
}

/**
 * Reads an app's Gemfile.lock.
 * @throws DeployError where there is none.
 */
export function readLockfile(app: AppFolder): Lockfile {
  const text = app.read(lockfileName);
  if (text === undefined) {
    throw new DeployError(
      `${app.path} has no ${lockfileName}, which says what to install.`,
      'Make one with "bundle lock --add-platform x86_64-linux", and commit it.',
      app.has(gemfileName) ? { location: { file: gemfileName } } : {},
    );
  }
  return parseLockfile(text);
}

/** Sections begin without an indent; a gem is indented by four spaces, what it needs by six. */
export function parseLockfile(text: string): Lockfile {
  let section = '';
  const sources: GemSource[] = [];
  const gems = new Map<string, string>();
  const values = new Map<string, LockedValue[]>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\S/.test(line)) {
      section = line.trim();
      continue;
    }
    const [, remote] = /^ {2}remote: (.+)$/.exec(line) ?? [];
    if (remote !== undefined && isSourceKind(section)) sources.push({ kind: section, remote });
    const [, gem, version] = /^ {4}(\S+) \(([^-)]+)[^)]*\)$/.exec(line) ?? [];
    if (gem !== undefined && version !== undefined && !gems.has(gem)) gems.set(gem, version);
    const value = { text: line.trim(), location: { file: lockfileName, line: index + 1 } };
    if (value.text !== '') values.set(section, [...(values.get(section) ?? []), value]);
  }
  return {
    ruby: values.get('RUBY VERSION')?.[0],
    bundledWith: values.get('BUNDLED WITH')?.[0],
    sources,
    gems,
    platforms: values.get('PLATFORMS') ?? [],
  };
}

function isSourceKind(section: string): section is GemSource['kind'] {
  return ['GEM', 'GIT', 'PATH', 'PLUGIN SOURCE'].includes(section);
}
