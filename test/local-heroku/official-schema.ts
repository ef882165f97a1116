import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';

const file = join(import.meta.dirname, '../../src/local-heroku/platform-schema.json');
const schema = JSON.parse(readFileSync(file, 'utf8'));

// Version 3 has an object where the schema, which is the 3.sdk variant's, has a string.
schema.definitions.app.definitions.generation =
  schema['x-version3-differences']['app.generation']['version=3'];
// The one thing that cannot be as on the platform: the app is on this machine.
schema.definitions.app.definitions.web_url.pattern = '^http://127\\.0\\.0\\.1:\\d+/$';

/** What clients rely on: the schema itself requires nothing of an answer. */
const required: Readonly<Record<string, readonly string[]>> = {
  app: Object.keys(schema.definitions.app.properties),
  slug: Object.keys(schema.definitions.slug.properties).filter((name) => name !== 'deleted_at'),
  release: Object.keys(schema.definitions.release.properties),
  formation: Object.keys(schema.definitions.formation.properties),
  stack: Object.keys(schema.definitions.stack.properties),
  dyno: Object.keys(schema.definitions.dyno.properties),
  'rate-limit': ['remaining'],
  pipeline: Object.keys(schema.definitions.pipeline.properties),
  'pipeline-coupling': Object.keys(schema.definitions['pipeline-coupling'].properties),
  'pipeline-promotion': Object.keys(schema.definitions['pipeline-promotion'].properties),
  'pipeline-promotion-target': Object.keys(
    schema.definitions['pipeline-promotion-target'].properties,
  ),
};

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    uuid: /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    email: /^[^@\s]+@[^@\s]+$/,
    uri: (text: string) => URL.canParse(text),
  },
});
ajv.addSchema(schema, 'platform');

/** What is wrong with an answer by the official schema, and which of its fields the schema does not know. */
export function schemaProblems(resource: string, body: unknown): string[] {
  const reference = { $ref: `platform#/definitions/${resource}` };
  const fields = required[resource];
  const validate = ajv.compile({ allOf: [reference, ...(fields ? [{ required: fields }] : [])] });
  validate(body);
  const broken = (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  return [...broken, ...unknownFields(resource, body)];
}

function unknownFields(resource: string, body: unknown): string[] {
  const known = schema.definitions[resource]?.properties;
  if (!known || typeof body !== 'object' || body === null) return [];
  return Object.keys(body)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => `/${name} is not in the schema`);
}
