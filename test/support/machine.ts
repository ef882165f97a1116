import { execFileSync } from 'node:child_process';

function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set: run the tests with script/test, which sets the machine up`);
}

/** What `script/machine/environment` has set up for the tests. */
export const machine = {
  get stackImage() {
    return required('STACK_IMAGE');
  },
  get runImage() {
    return required('RUN_IMAGE');
  },
  /**
   * Build arguments that make a template take a runtime from this machine's mirror; none where its
   * vendor can be reached.
   */
  mirror(runtime: string): string[] {
    const names = new RegExp(`^${runtime.toUpperCase()}_(MIRROR|VERSION|SHA256|SHA512)$`);
    return Object.keys(process.env)
      .filter((name) => names.test(name))
      .map((name) => `${name}=${required(name)}`);
  },
};

/** Asks the Docker client and returns its answer without the last line break. */
export function docker(...args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8' }).trimEnd();
}

/** Removes the images that have a label. */
export function removeImages(label: string): void {
  const images = docker('image', 'ls', '--all', '--quiet', '--filter', `label=${label}`);
  if (images !== '') docker('image', 'rm', '--force', ...new Set(images.split('\n')));
}
