import { posix } from 'node:path';
import { DeployError } from '../../errors.ts';
import type { AppFolder } from '../platform.ts';
import { type SiteSettings, settingsFile } from './settings.ts';

/** A configuration of the app's own, which takes the place of the one that is made here. */
export const ownConfiguration = 'Caddyfile';

/** What Heroku's buildpack for static sites calls its server, for a Procfile to name. */
export const boot = 'bin/boot';

/** The folder that Heroku's buildpack takes where static.json does not say (scripts/config/lib/nginx_config.rb). */
const rootOfBuildpack = 'public_html';

/** Where sites without static.json have their first page; the first is that of heroku/buildpacks-frontend-web. */
const roots = ['public', rootOfBuildpack, 'dist', '.'];

/** What the Procfile has for the process type web. */
export function webCommand(app: AppFolder): string | undefined {
  return /^[ \t]*web:?[ \t]+(.*)$/m.exec(app.read('Procfile') ?? '')?.[1]?.trim();
}

/**
 * Whether the app is a site of files: static.json says so, or a first page without anything that
 * builds it or another server in the Procfile.
 */
export function isStaticSite(app: AppFolder): boolean {
  const web = webCommand(app);
  if (web !== undefined) return /\bcaddy\b/.test(web) || web.includes(boot);
  if (app.has(settingsFile)) return true;
  return !app.has('package.json') && !app.has('Procfile') && folderWithFirstPage(app) !== undefined;
}

/**
 * The folder with the site's files, relative to the app's.
 * @throws DeployError where there is none, and nothing will build one.
 */
export function siteRoot(app: AppFolder, settings: SiteSettings): string {
  const named = settings.root ?? (app.has(settingsFile) ? rootOfBuildpack : undefined);
  if (named === undefined) return folderWithFirstPage(app) ?? noSite(app);
  const isBuilt = app.has('package.json');
  if (isBuilt || named === '.' || app.hasFolder(named)) return named;
  throw new DeployError(
    `The site's files are to be in the folder ${named}, which is not there.`,
    `Commit it, or name another in ${settingsFile}: { "root": "…" }.`,
    { location: { file: settingsFile } },
  );
}

function folderWithFirstPage(app: AppFolder): string | undefined {
  return roots.find((folder) => app.has(posix.join(folder, 'index.html')));
}

function noSite(app: AppFolder): never {
  throw new DeployError(
    `${app.path} has no index.html (tried: ${roots.join(', ')}).`,
    `Add one, or name its folder in ${settingsFile}: { "root": "…" }.`,
  );
}
