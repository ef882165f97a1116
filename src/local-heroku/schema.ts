import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv-draft-04';
import schema from './platform-schema.json' with { type: 'json' };
import { invalidParams, Refusal } from './refusal.ts';

/**
 * The requests whose body is checked: where the official schema (heroku/platform-api, MIT) has each,
 * and the fields that version 3 requires although the schema does not say so (`x-version3-differences`).
 */
const requests = {
  'app.create': { pointer: linkPointer('app', 'Create'), required: [] },
  'app.update': { pointer: '/x-requests/app.update/schema', required: [] },
  'slug.create': { pointer: '/x-requests/slug.create/schema', required: [] },
  'release.create': { pointer: '/x-requests/release.create/schema', required: ['slug'] },
  'release.rollback': { pointer: '/x-requests/release.rollback/schema', required: [] },
  'config-var.update': { pointer: '/x-requests/config-var.update/schema', required: [] },
  'formation.batch-update': {
    pointer: '/x-requests/formation.batch-update/schema',
    required: [],
  },
  'formation.update': { pointer: '/x-requests/formation.update/schema', required: [] },
  'add-on.create': { pointer: '/x-requests/add-on.create/schema', required: [] },
  'pipeline.create': { pointer: '/x-requests/pipeline.create/schema', required: [] },
  'pipeline-coupling.create': {
    pointer: '/x-requests/pipeline-coupling.create/schema',
    required: [],
  },
  'pipeline-promotion.create': {
    pointer: '/x-requests/pipeline-promotion.create/schema',
    required: [],
  },
} as const;

/** A request of the Platform API that has a body, by the official schema's name. */
export type RequestName = keyof typeof requests;

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

// Not strict: the schema carries keywords of its own, such as `strictProperties` and `example`.
const ajv = new Ajv({
  strict: false,
  formats: { uuid, 'date-time': true, email: true, uri: true },
});
ajv.addSchema(schema, 'platform');

const validators = new Map(
  Object.entries(requests).map(([name, { pointer, required }]) => [
    name,
    compile(pointer, required),
  ]),
);

/**
 * Checks a request's body against the official schema.
 * @throws Refusal 400 where it is no object, 422 where it breaks the schema's rules.
 */
export function checkRequest<Body>(name: RequestName, body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'bad_request', 'The request body must be a JSON object.');
  }
  const validate = validators.get(name);
  if (validate && !validate(body)) throw invalidParams(describe(validate.errors));
  return body as Body;
}

function compile(pointer: string, required: readonly string[]): ValidateFunction {
  return ajv.compile({
    allOf: [{ $ref: `platform#${pointer}` }, ...(required.length > 0 ? [{ required }] : [])],
  });
}

function linkPointer(resource: 'app', title: string): string {
  const index = schema.definitions[resource].links.findIndex((link) => link.title === title);
  return `/definitions/${resource}/links/${index}/schema`;
}

function describe(errors: ErrorObject[] | null | undefined): string {
  const [first] = errors ?? [];
  if (!first) return 'The request is not valid.';
  const where = first.instancePath.slice(1).replaceAll('/', '.');
  const name =
    'additionalProperty' in first.params ? ` (${first.params['additionalProperty']})` : '';
  return `${where} ${first.message}${name}`.trim();
}
