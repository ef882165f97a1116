import { ok, type Route } from './http.ts';
import { notFound } from './refusal.ts';

/** A stack as this API knows it. */
export interface Stack {
  readonly id: string;
  readonly name: string;
  /** Of the platform's: `public`, `deprecated`. */
  readonly state: string;
  /** Whether its apps run slugs; the others run images. */
  readonly runsSlugs: boolean;
}

/** The stacks an app can have (https://devcenter.heroku.com/articles/stack, mid 2026). The ids are this API's own. */
export const stacks: readonly Stack[] = [
  stack('heroku-22', '5f6b1f1e-8f0c-4c0e-9d6f-000000000022', 'deprecated'),
  stack('heroku-24', '5f6b1f1e-8f0c-4c0e-9d6f-000000000024', 'public'),
  stack('heroku-26', '5f6b1f1e-8f0c-4c0e-9d6f-000000000026', 'public'),
  { ...stack('container', '5f6b1f1e-8f0c-4c0e-9d6f-0000000000c0', 'public'), runsSlugs: false },
  { ...stack('cnb', '5f6b1f1e-8f0c-4c0e-9d6f-0000000000cb', 'public'), runsSlugs: false },
];

/** The stack of an app that asks for none. */
export const defaultStackName = 'heroku-24';

const introducedAt = '2026-01-01T00:00:00Z';

function stack(name: string, id: string, state: string): Stack {
  return { id, name, state, runsSlugs: true };
}

/** Finds a stack by name or id. */
export function findStack(identity: string): Stack | undefined {
  return stacks.find(({ id, name }) => id === identity || name === identity);
}

/** How other resources name a stack. */
export function stackReference(name: string): { id: string; name: string } {
  return { id: findStack(name)?.id ?? '', name };
}

/** `GET /stacks` and `GET /stacks/{stack}`. */
export function stackRoutes(): Route[] {
  return [
    { method: 'GET', path: '/stacks', handle: () => ok(stacks.map(serialize)) },
    {
      method: 'GET',
      path: '/stacks/:stack',
      handle: ({ params }) => {
        const found = findStack(params['stack'] ?? '');
        if (!found) throw notFound('stack');
        return ok(serialize(found));
      },
    },
  ];
}

function serialize({ id, name, state }: Stack) {
  return {
    created_at: introducedAt,
    default: name === defaultStackName,
    id,
    name,
    state,
    updated_at: introducedAt,
  };
}
