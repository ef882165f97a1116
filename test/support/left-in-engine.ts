import { docker } from './machine.ts';
import type { Step } from './runner.ts';

/**
 * What a step has left in the engine, by the id that it saved: names of containers, and names that
 * images had for it alone. Other runs may be under way there, or have been killed.
 */
export function leftInEngine({ state }: Pick<Step, 'state'>): string[] {
  const { run } = state;
  if (run === undefined) return []; // It ended before it could make any.
  const format = '{{.Repository}}:{{.Tag}}';
  return [
    ...containersOf(run),
    ...lines(docker('image', 'ls', '--format', format, `heroku-docker-${run}`)),
  ];
}

/** Names of the containers that a run has left. */
export function containersOf(run: string): string[] {
  const filter = `label=heroku-docker-release.run=${run}`;
  return lines(docker('ps', '--all', '--filter', filter, '--format', '{{.Names}}'));
}

function lines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}
