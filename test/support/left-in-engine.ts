import { docker } from './machine.ts';

/** What other runs have in the engine, or left there when they were killed, before a file's tests. */
const before = new Set([...containers(), ...runNames()]);

/**
 * Names of the containers that this program has made since the file's tests began and has not
 * removed, those of dynos aside, and names that it gave images for a run alone.
 */
export function leftInEngine(): string[] {
  return [...containers(), ...runNames()].filter((name) => !before.has(name));
}

function containers(): string[] {
  const own = ['--filter', 'label=heroku-docker-release.run'];
  return lines(docker('ps', '--all', ...own, '--format', '{{.Names}}')).filter(
    (name) => !name.startsWith('heroku-docker-dyno-'),
  );
}

function runNames(): string[] {
  return lines(docker('image', 'ls', '--format', '{{.Repository}}')).filter((name) =>
    /^heroku-docker-[0-9a-f]{8}-/.test(name),
  );
}

function lines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}
