import { fetchText, type InventorySource } from './source.ts';

/**
 * Heroku's buildpack names the newest release of each line that it has; the releases before it are
 * there as well. It publishes neither a list of them nor checksums.
 */
const python: InventorySource = {
  mirror: 'https://raw.githubusercontent.com/heroku/heroku-buildpack-python/main',
  async published(mirror) {
    const url = `${mirror}/lib/python_version.sh`;
    const text = await fetchText(url);
    const newest = [...text.matchAll(/^LATEST_PYTHON_3_\d+="3\.(\d+)\.(\d+)"$/gm)];
    if (newest.length === 0) throw new Error(`${url} names no release`);
    const lines = newest
      .map(([, minor, patch]) => ({ minor: Number(minor), patch: Number(patch) }))
      .sort((one, other) => other.minor - one.minor);
    return Object.fromEntries(
      lines.flatMap(({ minor, patch }) =>
        Array.from({ length: patch + 1 }, (_, older) => [`3.${minor}.${patch - older}`, '']),
      ),
    );
  },
};

export default python;
