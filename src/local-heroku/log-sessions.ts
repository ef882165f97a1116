import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { appOf } from './apps.ts';
import { created, type Route } from './http.ts';
import type { Platform } from './platform.ts';

/** `POST /apps/{app}/log-sessions`: a URL to read the app's log at, as the Heroku CLI does. */
export function logSessionRoutes(platform: Platform): Route[] {
  return [
    {
      method: 'POST',
      path: '/apps/:app/log-sessions',
      handle: (call) => {
        const { id } = appOf(platform.store.state, call);
        const now = new Date().toISOString();
        return created({
          created_at: now,
          id: randomUUID(),
          logplex_url: platform.signer.sign('GET', platform.origin, `/logs/${id}`),
          updated_at: now,
        });
      },
    },
  ];
}

/** Answers at a log session's URL with the lines there are. */
export async function answerLog(
  { store, appLog }: Platform,
  appId: string,
  response: ServerResponse,
): Promise<void> {
  const app = store.state.apps.find(({ id }) => id === appId);
  const lines = app ? await appLog.read(app) : [];
  response.writeHead(app ? 200 : 404, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(lines.map((line) => `${line}\n`).join(''));
}
