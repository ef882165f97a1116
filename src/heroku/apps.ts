import { DeployError } from '../errors.ts';
import type { HerokuClient } from './client.ts';

/** An app that a slug can be released to (schema of app, as far as it is read here). */
export interface App {
  readonly id: string;
  readonly name: string;
  /** Name of the stack that its next slug is built for. */
  readonly buildStack: string;
  readonly webUrl: string | undefined;
  /** Of the slug that it runs, compressed; absent where it runs none. */
  readonly slugSizeBytes: number | undefined;
}

interface AppAnswer {
  readonly id: string;
  readonly name: string;
  readonly build_stack: { readonly name: string };
  /** An object in version 3 of the API, a plain string in the variant that the CLI asks for. */
  readonly generation?: { readonly name: string } | string;
  readonly web_url: string | null;
  readonly slug_size: number | null;
}

const slugless = ['container', 'cnb'];

/**
 * Looks an app up, and with it checks the token.
 * @throws DeployError where there is no such app, the token may not see it, or it takes no slugs.
 */
export async function findApp(client: HerokuClient, nameOrId: string): Promise<App> {
  const answer = await client.call<AppAnswer>({
    method: 'GET',
    path: `/apps/${encodeURIComponent(nameOrId)}`,
    repeatable: true,
    fields: ['id', 'name', 'build_stack'],
  });
  refuseSlugless(answer);
  return {
    id: answer.id,
    name: answer.name,
    buildStack: answer.build_stack.name,
    webUrl: answer.web_url ?? undefined,
    slugSizeBytes: answer.slug_size ?? undefined,
  };
}

function refuseSlugless(app: AppAnswer): void {
  const generation = typeof app.generation === 'string' ? app.generation : app.generation?.name;
  if (generation === 'fir') {
    throw new DeployError(
      `The app ${app.name} is of the Fir generation, which takes no slugs.`,
      'Release to a Cedar app; Fir apps are deployed as OCI images, with git or a buildpack builder.',
    );
  }
  if (slugless.includes(app.build_stack.name)) {
    throw new DeployError(
      `The app ${app.name} is on the stack "${app.build_stack.name}", which takes no slugs.`,
      `Move it to a slug stack: heroku stack:set heroku-24 --app ${app.name}`,
    );
  }
}
