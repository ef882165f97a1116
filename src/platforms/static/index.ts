import { posix } from 'node:path';
import { type NodeForAssets, nodeForAssets } from '../node/index.ts';
import type { AppFolder, Notice, Platform, TemplateValues } from '../platform.ts';
import { newestRelease } from '../releases.ts';
import { runtimeValues } from '../runtime.ts';
import { appFolder, caddyfile } from './caddyfile.ts';
import inventory from './inventory.json' with { type: 'json' };
import { readSettings, type SiteSettings, settingsFile } from './settings.ts';
import { boot, isStaticSite, ownConfiguration, siteRoot, webCommand } from './site.ts';

const checksums: Readonly<Record<string, string>> = inventory;

const caddyFolder = '/app/heroku/caddy';

/** A site of files, served by Caddy; with static.json, as Heroku's buildpack for static sites has it. */
export const staticSite: Platform = {
  name: 'static',
  detect: isStaticSite,
  plan(app) {
    const version = newestRelease(Object.keys(checksums)) ?? '';
    const node = nodeForAssets(app);
    const site = app.has(ownConfiguration) ? ownSite(app) : generatedSite(app);
    return {
      summary: `Caddy ${version}${node === undefined ? '' : ` for what ${node.summary} builds`}`,
      reason: `Caddy ${version}, ${site.reason}${node === undefined ? '' : `; ${node.reason}`}`,
      values: { ...templateValues(app, version, node), configuration: site.configuration },
      warnings: [...site.warnings, ...(node?.warnings ?? [])],
    };
  },
  defaultProcessTypes: (app) => (hasOtherServer(app) ? {} : { web: command(app) }),
};

function command(app: AppFolder): string {
  const folder = app.has(ownConfiguration) ? '' : `${caddyFolder}/`;
  return `caddy run --config ${folder}Caddyfile`;
}

/** A Dockerfile of the user's own: pages alone do not tell what serves them. */
function hasOtherServer(app: AppFolder): boolean {
  return !/caddy/i.test(app.read('Dockerfile') ?? 'caddy');
}

interface Site {
  readonly reason: string;
  /** The Caddyfile, where the app has none. */
  readonly configuration?: string;
  readonly warnings: readonly Notice[];
}

function ownSite(app: AppFolder): Site {
  const location = { file: ownConfiguration };
  const message = `${ownConfiguration} does not name $PORT, on which the dyno is to listen: ":{$PORT}".`;
  const namesPort = /\$PORT|env\.PORT/.test(app.read(ownConfiguration) ?? '');
  return {
    reason: `configured by the app's ${ownConfiguration}`,
    warnings: namesPort ? [] : [{ message, location }],
  };
}

function generatedSite(app: AppFolder): Site {
  const settings = readSettings(app);
  const root = siteRoot(app, settings);
  const errorPage = settings.errorPage ?? ownErrorPage(app, root);
  const all: SiteSettings = { ...settings, errorPage };
  const source = app.has(settingsFile) ? `${settingsFile}, ` : '';
  return {
    reason: `${source}files from ${root === '.' ? "the app's folder" : root}`,
    configuration: caddyfile(all, posix.join(appFolder, root)),
    warnings: settings.warnings,
  };
}

function ownErrorPage(app: AppFolder, root: string): string | undefined {
  return app.has(posix.join(root, '404.html')) ? '404.html' : undefined;
}

function templateValues(
  app: AppFolder,
  version: string,
  node: NodeForAssets | undefined,
): TemplateValues {
  return {
    runtime: runtimeValues({
      prefix: 'CADDY',
      mirror: 'https://github.com/caddyserver/caddy/releases/download',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: 'v${CADDY_VERSION}/caddy_${CADDY_VERSION}_linux_amd64.tar.gz',
      version,
      checksum: checksums[version],
      folder: caddyFolder,
      topFolder: false,
      steps: [`rm ${caddyFolder}/README.md`],
    }),
    runtimeFolders: [caddyFolder, ...(node?.runtimeFolders ?? [])],
    buildFolders: node?.buildFolders ?? [],
    node: node?.values,
    boot: webCommand(app)?.includes(boot) === true && !app.has(boot) && command(app),
  };
}
