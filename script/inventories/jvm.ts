import { fetchText, type InventorySource } from './source.ts';

interface Artifact {
  readonly arch: string;
  readonly url: string;
  readonly checksum: string;
}

/** Older lines than Java 8 are of no use: nothing that builds apps today runs on them. */
const oldestMajor = 8;

/** Heroku's list of Azul's archives, as its buildpack has it; each is named by its archive. */
const jvm: InventorySource = {
  mirror: 'https://raw.githubusercontent.com/heroku/heroku-buildpack-jvm-common/main',
  async published(mirror) {
    const { artifacts }: { artifacts: readonly Artifact[] } = JSON.parse(
      await fetchText(`${mirror}/inventory.json`),
    );
    return Object.fromEntries(
      artifacts
        .filter(({ arch, url }) => arch === 'amd64' && url.includes('/zulu/'))
        .map(({ url, checksum }) => [nameOf(url), checksum.replace(/^sha256:/, '')] as const)
        .filter(([version]) => majorOf(version) >= oldestMajor)
        .sort(([one], [other]) => newestFirst(one, other)),
    );
  },
};

export default jvm;

function nameOf(url: string): string {
  return (
    url
      .split('/')
      .at(-1)
      ?.replace(/\.tar\.gz$/, '') ?? ''
  );
}

/** `1.8.0_482` is Java 8. */
function majorOf(version: string): number {
  return Number.parseInt(version.replace(/^1\./, ''), 10);
}

function newestFirst(one: string, other: string): number {
  const order = new Intl.Collator('en', { numeric: true });
  return majorOf(other) - majorOf(one) || order.compare(other, one);
}
