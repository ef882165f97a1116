import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Mustache from 'mustache';
import type { TemplateValues } from './platform.ts';

/**
 * The folder `templates` at the root of the package. This file and both bundles
 * (`dist/action/index.js`, `dist/cli/index.js`) are two levels below it. `import.meta.dirname`
 * stays as it is in a bundle; `new URL('…', import.meta.url)` does not: ncc takes it for the name
 * of an asset, copies that next to the bundle and changes the path.
 */
const templatesFolder = join(import.meta.dirname, '..', '..', 'templates');

/** Files of a platform's folder in `templates/`. */
export type TemplateName = 'Dockerfile' | 'dockerignore';

/**
 * Renders one of a platform's templates (https://mustache.github.io/mustache.5.html). What several
 * of them have in common is in `templates/shared/`, as partials.
 */
export function renderTemplate(
  platform: string,
  name: TemplateName,
  values: TemplateValues,
): string {
  return Mustache.render(readTemplate(platform, name), values, readPartial, {
    escape: String, // Nothing here is HTML.
  });
}

function readTemplate(...path: readonly string[]): string {
  return readFileSync(join(templatesFolder, ...path), 'utf8');
}

function readPartial(name: string): string {
  return readTemplate('shared', name);
}
