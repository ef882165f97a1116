import type { Manifest } from './manifest.ts';

/** Composer's plugins that read files of the app while they install. */
const readingPlugins: Readonly<Record<string, string>> = {
  'cweagans/composer-patches': 'its libraries are patched',
  'wikimedia/composer-merge-plugin': 'its composer.json includes others',
};

/**
 * Why the install has to have the whole source at hand, as a clause that follows "because";
 * `undefined` where composer.json and composer.lock are enough. (Scripts of the app's own run after
 * the source has come in any case.)
 */
export function whySourceFirst(manifest: Manifest): string | undefined {
  if (manifest.repositories.some((type) => type === 'path' || type === 'artifact')) {
    return 'a dependency is part of the app';
  }
  const plugin = Object.keys(readingPlugins).find((name) => manifest.require[name] !== undefined);
  return plugin && readingPlugins[plugin];
}
