import type { Settings } from '../../../src/settings/settings.ts';
import { setUp as setUpHeroku } from '../../heroku/scripted-server.ts';
import { createContext } from '../../support/context.ts';

/** An app at a scripted server, as the parts of a release are given it. */
export async function setUpTarget(settings: Partial<Settings> = {}) {
  const { server, client } = await setUpHeroku();
  const cancellation = new AbortController();
  const context = createContext(settings, cancellation.signal);
  const app = {
    id: 'a-1',
    name: 'shop',
    buildStack: 'heroku-24',
    webUrl: `${server.url}/`,
    slugSizeBytes: undefined,
  };
  const target = { app, context, client: client.withReporter(context.reporter) };
  return { target, server, reporter: context.reporter, cancellation };
}
