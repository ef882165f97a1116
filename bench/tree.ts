/** The app that the benchmark makes slugs of: real packages from the registry, in an image's `/app`. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const manifests = join(import.meta.dirname, 'tree');

/** Images with the tree in `/app`. */
export interface TreeImages {
  /** The tree once: some 650 MB. */
  readonly once: string;
  /** The tree three times, in folders of their own: some 2 GB. */
  readonly thrice: string;
}

/**
 * Builds the images, if the engine does not have them. They stand on the stack's build image, as
 * the original plugin's method needs a `tar` and a `gzip` in the image; ours would do without.
 */
export async function treeImages(stackImage: string): Promise<TreeImages> {
  const lock = await readFile(join(manifests, 'package-lock.json'));
  const key = createHash('sha256').update(lock).update(stackImage).digest('hex').slice(0, 12);
  const images = {
    once: `heroku-docker-bench:${key}`,
    thrice: `heroku-docker-bench:${key}-thrice`,
  };
  if ((await hasImage(images.once)) && (await hasImage(images.thrice))) return images;
  const folder = join(homedir(), '.cache', 'heroku-docker-release', 'bench');
  await installTree(folder);
  await buildImage(images.once, `FROM ${stackImage}\nCOPY . /app\n`, folder);
  const copies = [1, 2, 3].map((copy) => `COPY . /app/${copy}\n`).join('');
  await buildImage(images.thrice, `FROM ${stackImage}\n${copies}`, folder);
  await rm(folder, { recursive: true });
  return images;
}

async function hasImage(image: string): Promise<boolean> {
  const { stdout } = await run('docker', ['image', 'ls', '--quiet', image]);
  return stdout !== '';
}

async function installTree(folder: string): Promise<void> {
  const source = join(folder, 'src');
  const runtime = join(folder, 'heroku', 'node', 'bin');
  await mkdir(source, { recursive: true });
  await mkdir(runtime, { recursive: true });
  await copyFile(process.execPath, join(runtime, 'node'));
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(join(manifests, name), join(source, name));
  }
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: source });
}

async function buildImage(image: string, dockerfile: string, context: string): Promise<void> {
  const file = join(context, '..', 'bench.Dockerfile');
  await writeFile(file, dockerfile);
  const platform = ['--platform', 'linux/amd64'];
  await run('docker', ['build', '--quiet', ...platform, '--tag', image, '--file', file, context]);
  await rm(file);
}
