import type { App } from '../../heroku/apps.ts';
import type { HerokuClient } from '../../heroku/client.ts';
import type { Context } from '../context.ts';

/** An app that the slug is for. */
export interface Target {
  readonly app: App;
  /** Tells of this app, where there are others. */
  readonly context: Context;
  /** Likewise. */
  readonly client: HerokuClient;
}
