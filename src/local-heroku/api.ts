import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DeployError } from '../errors.ts';
import { accountRoutes } from './account.ts';
import { addOnRoutes } from './add-ons.ts';
import { appRoutes } from './apps.ts';
import { configVarRoutes } from './config-vars.ts';
import { dynoRoutes } from './dyno-routes.ts';
import { formationRoutes } from './formation.ts';
import { type Answer, matchRoute, type Route } from './http.ts';
import { logSessionRoutes } from './log-sessions.ts';
import { pipelineRoutes } from './pipelines.ts';
import type { Platform } from './platform.ts';
import { promotionRoutes } from './promotions.ts';
import { RateLimit } from './rate-limit.ts';
import { Refusal } from './refusal.ts';
import { releaseRoutes } from './releases.ts';
import { slugRoutes } from './slugs.ts';
import { stackRoutes } from './stacks.ts';

/** Answers requests of the Platform API: all but the signed URLs. */
export type Api = (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const longestBodyBytes = 2 ** 20;

/** Puts the resources together behind what all of their calls have in common. */
export function createApi(platform: Platform, token: string): Api {
  const rateLimit = new RateLimit();
  const routes = [
    ...accountRoutes(platform, rateLimit),
    ...stackRoutes(),
    ...appRoutes(platform),
    ...slugRoutes(platform),
    ...releaseRoutes(platform),
    ...configVarRoutes(platform),
    ...formationRoutes(platform),
    ...dynoRoutes(platform),
    ...addOnRoutes(platform),
    ...pipelineRoutes(platform),
    ...promotionRoutes(platform),
    ...logSessionRoutes(platform),
  ];
  return async (url, request, response) => {
    const answer = await orRefusal(async () => {
      checkAccept(request.headers.accept);
      checkToken(request.headers.authorization, token);
      rateLimit.take();
      return dispatch(routes, url, request);
    });
    request.resume();
    response.writeHead(answer.status, {
      'Content-Type': 'application/json',
      'Request-Id': randomUUID(),
      'RateLimit-Remaining': String(rateLimit.remaining()),
      ...answer.headers,
    });
    response.end(JSON.stringify(answer.body));
  };
}

async function dispatch(routes: Route[], url: URL, request: IncomingMessage): Promise<Answer> {
  const match = matchRoute(routes, request.method ?? '', url.pathname);
  if (!match) {
    throw new Refusal(404, 'not_found', 'The requested API endpoint was not found.');
  }
  const { route, params } = match;
  return route.handle({ params, headers: request.headers, body: await readBody(request) });
}

/** The platform answers no request that does not say which version of the API it means. */
function checkAccept(accept: string | undefined): void {
  const isVersion3 = accept
    ?.split(',')
    .some((type) => /^\s*application\/vnd\.heroku\+json\s*;\s*version=3\s*(;|$)/.test(type));
  if (isVersion3) return;
  throw new Refusal(
    406,
    'not_acceptable',
    'Set the Accept: application/vnd.heroku+json; version=3 header and try again.',
  );
}

function checkToken(authorization: string | undefined, token: string): void {
  if (authorization !== `Bearer ${token}`) {
    throw new Refusal(401, 'unauthorized', 'Invalid credentials provided.');
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > longestBodyBytes) throw new Refusal(413, 'bad_request', 'The body is too long.');
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'bad_request', 'The request body is not JSON.');
  }
}

async function orRefusal(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const { status, id, message } = toRefusal(error);
    return { status, body: { id, message } };
  }
}

/** What is not the client's fault: this machine's, such as an engine that does not answer, or a defect. */
function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof DeployError) {
    return new Refusal(503, 'service_unavailable', `${error.message} ${error.remedy}`);
  }
  return new Refusal(500, 'internal_server_error', String(error));
}
