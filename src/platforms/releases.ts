import semver from 'semver';

/** The newest of these releases that a range takes (npm's ranges); `undefined` where none fits. */
export function newestRelease(releases: readonly string[], range = '*'): string | undefined {
  return semver.maxSatisfying([...releases], range) ?? undefined;
}

/**
 * The release that comes closest to one that is not there: within the same major version the closest
 * one, else the newest of the closest major version.
 */
export function nearestRelease(releases: readonly string[], wanted: semver.SemVer): string {
  const majors = [...new Set(releases.map((release) => semver.major(release)))];
  const major = closest(majors, (candidate) => candidate - wanted.major);
  const line = releases.filter((release) => semver.major(release) === major);
  if (major !== wanted.major) return newestRelease(line) ?? '';
  return closest(
    line,
    (release) =>
      (semver.minor(release) - wanted.minor) * 1000 + semver.patch(release) - wanted.patch,
  );
}

function closest<Item>(items: readonly Item[], distance: (item: Item) => number): Item {
  return items.reduce((best, item) =>
    Math.abs(distance(item)) < Math.abs(distance(best)) ? item : best,
  );
}
