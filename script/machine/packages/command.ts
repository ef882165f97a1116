import { execFileSync } from 'node:child_process';

/** Runs a program to its end and returns what it printed; what it says goes to standard error. */
export function run(command: string, args: readonly string[], cwd?: string): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    timeout: 600_000,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** The newest of versions of numbers and dots that is the prefix or begins with it and a dot. */
export function newestOf(versions: readonly string[], prefix: string): string | undefined {
  return versions
    .filter((version) => version === prefix || version.startsWith(`${prefix}.`))
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
}
