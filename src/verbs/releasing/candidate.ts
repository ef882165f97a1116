import type { AppManifest } from '../../app/app-json.ts';
import type { App } from '../../heroku/apps.ts';
import type { NewSlug } from '../../heroku/slugs.ts';
import type { Slug } from '../../slug/create-slug.ts';
import type { ConfigVarChanges } from './config-vars.ts';

/** A release that others are to get. */
export interface Source {
  readonly app: App;
  readonly releaseId: string;
}

/** What is to be released. */
export interface Candidate {
  readonly slug: NewSlug;
  readonly file: Slug;
  /** What the config vars are to be, for all apps alike. */
  readonly configVars: ConfigVarChanges;
  readonly manifest: AppManifest | undefined;
  /** What is to be promoted, where that is to be done instead of an upload. */
  readonly promoteFrom?: Source;
}
