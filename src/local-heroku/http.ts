import type { IncomingHttpHeaders } from 'node:http';

/** A request of the API, understood as far as all of them are alike. */
export interface Call {
  /** The parts of the path that a route names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; an empty object where nothing was sent. */
  readonly body: unknown;
}

/** What is sent back, its body as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call that the API answers. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments that begin with a colon are parameters. */
  readonly path: string;
  handle(call: Call): Answer | Promise<Answer>;
}

/** 200 */
export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** 201 */
export function created(body: unknown): Answer {
  return { status: 201, body };
}

/** 202: will be done, or has been begun. */
export function accepted(body: unknown): Answer {
  return { status: 202, body };
}

/** Finds the route of a request, and the parameters in its path. */
export function matchRoute(routes: readonly Route[], method: string, path: string) {
  const segments = path.split('/');
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path.split('/'), segments) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function matchPath(pattern: readonly string[], segments: readonly string[]) {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // Not encoded as it should be, so it names nothing that exists.
  }
}
