import type { Release } from '../heroku/releases.ts';
import type { Outputs } from '../settings/outputs.ts';
import type { Slug } from '../slug/create-slug.ts';

/** What became of one app. */
export interface AppOutcome {
  /** Name of the app. */
  readonly app: string;
  readonly webUrl: string | undefined;
  /** Whether the app has a new release of this run. */
  readonly changed: boolean;
  /** Id of the slug at Heroku, once it has one there. */
  readonly slugId: string | undefined;
  /** The one of this run, or the current one where nothing changed. */
  readonly release: Release | undefined;
  /** Bytes of the slug that the app ran before, where it ran one. */
  readonly slugBytesBefore: number | undefined;
  /** What kept it from its release, or made the release a bad one. */
  readonly error: Error | undefined;
}

/**
 * What a run has come to so far. A verb adds to it as it goes, so that its door can tell of a run
 * that failed as well.
 */
export class Report {
  readonly outputs: Outputs = {};
  /** The slug, once it is made. */
  slug: Slug | undefined;
  /** The apps that something was released to, or was to be. */
  apps: readonly AppOutcome[] = [];

  /** Adds outputs to those that are there. */
  add(outputs: Outputs): void {
    Object.assign(this.outputs, outputs);
  }
}
