import { DeployError } from '../errors.ts';
import { JsonValue } from './json-value.ts';
import { readTextIfThere } from './text-file.ts';

/** What an app's `app.json` asks for, as far as it concerns a release; the rest is the platform's. */
export interface AppManifest {
  readonly env: readonly RequestedVariable[];
  readonly addOns: readonly RequestedAddOn[];
  readonly formation: readonly RequestedDynos[];
}

/** A config var. */
export interface RequestedVariable {
  readonly name: string;
  /** Whether the app cannot do without it. */
  readonly required: boolean;
  /** Where it stands in `app.json`, counted from 1. */
  readonly line: number;
}

/** An add-on. */
export interface RequestedAddOn {
  /** `service:plan`, or `service` for its default plan. */
  readonly plan: string;
  /** Name to attach it as, where it is not to be its usual one. */
  readonly as?: string;
  /** The service's own, such as `version`; `true` for one that takes no value. */
  readonly options?: Readonly<Record<string, string>>;
  /** Where it stands in `app.json`, counted from 1. */
  readonly line: number;
}

/** The dynos of one process type. */
export interface RequestedDynos {
  readonly type: string;
  readonly quantity?: number;
  /** Such as `standard-1x`. */
  readonly size?: string;
  /** Where it stands in `app.json`, counted from 1. */
  readonly line: number;
}

/** At the root of the app's folder (https://devcenter.heroku.com/articles/app-json-schema). */
export const appJsonName = 'app.json';

/**
 * Reads the `app.json` of an app's folder.
 * @returns `undefined` where there is none.
 * @throws DeployError with the line where it is no JSON, or not what Heroku's documentation describes.
 */
export async function readAppManifest(folder: string): Promise<AppManifest | undefined> {
  const text = await readTextIfThere(folder, appJsonName);
  return text === undefined ? undefined : parseAppManifest(text);
}

/** As {@link readAppManifest}, of the file's text. */
export function parseAppManifest(text: string): AppManifest {
  const root = membersOf(JsonValue.parse(text.replace(/^\uFEFF/, ''), appJsonName), 'this');
  return {
    env: membersIn(root, 'env').map(([name, value]) => variable(name, value)),
    addOns: addOnsIn(root),
    formation: membersIn(root, 'formation').map(([type, value]) => dynos(type, value)),
  };
}

function variable(name: string, json: JsonValue): RequestedVariable {
  const { line } = json;
  if (typeof json.value === 'string') return { name, required: true, line };
  const what = `env.${name}`;
  const members = membersOf(json, what, 'a text or an object');
  return { name, required: truth(members, 'required', what) ?? true, line };
}

function addOnsIn(root: Members): RequestedAddOn[] {
  const json = root.get('addons');
  if (json === undefined) return [];
  if (json.elements === undefined) throw wrong(json, 'addons', 'a list');
  return json.elements.map((element, index) => addOn(element, `addons[${index}]`));
}

function addOn(json: JsonValue, what: string): RequestedAddOn {
  const { line } = json;
  if (typeof json.value === 'string') return { plan: planOf(json, what), line };
  const members = membersOf(json, what, 'a text or an object');
  const as = text(members, 'as', what);
  const options = membersIn(members, 'options', what).map(
    ([name, value]) => [name, optionOf(value, `${what}.options.${name}`)] as const,
  );
  return {
    plan: planOf(members.get('plan') ?? json, `${what}.plan`),
    ...(as !== undefined && { as }),
    ...(options.length > 0 && { options: Object.fromEntries(options) }),
    line,
  };
}

function planOf(json: JsonValue, what: string): string {
  const { value } = json;
  if (typeof value === 'string' && /^[^\s:]+(:[^\s:]+)?$/.test(value)) return value;
  throw wrong(json, what, 'the name of an add-on, such as "heroku-postgresql:essential-0"');
}

function optionOf(json: JsonValue, what: string): string {
  if (typeof json.value === 'string') return json.value;
  if (json.value === true) return 'true';
  throw wrong(json, what, 'a text, or true');
}

function dynos(type: string, json: JsonValue): RequestedDynos {
  const what = `formation.${type}`;
  const members = membersOf(json, what);
  const quantity = count(members, 'quantity', what);
  const size = text(members, 'size', what);
  return {
    type,
    ...(quantity !== undefined && { quantity }),
    ...(size !== undefined && { size }),
    line: json.line,
  };
}

type Members = ReadonlyMap<string, JsonValue>;

function membersOf(json: JsonValue, what: string, wanted = 'an object'): Members {
  if (json.members === undefined) throw wrong(json, what, wanted);
  return json.members;
}

function membersIn(members: Members, name: string, parent?: string): [string, JsonValue][] {
  const json = members.get(name);
  const what = parent === undefined ? name : `${parent}.${name}`;
  return json === undefined ? [] : [...membersOf(json, what)];
}

function text(members: Members, name: string, parent: string): string | undefined {
  const json = members.get(name);
  if (json === undefined) return undefined;
  if (typeof json.value === 'string') return json.value;
  throw wrong(json, `${parent}.${name}`, 'a text');
}

function truth(members: Members, name: string, parent: string): boolean | undefined {
  const json = members.get(name);
  if (json === undefined) return undefined;
  if (typeof json.value === 'boolean') return json.value;
  throw wrong(json, `${parent}.${name}`, 'true or false');
}

function count(members: Members, name: string, parent: string): number | undefined {
  const json = members.get(name);
  if (json === undefined) return undefined;
  const { value } = json;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(json, `${parent}.${name}`, 'a whole number');
}

/** The value itself may be a secret, and is not shown. */
function wrong({ line }: JsonValue, what: string, wanted: string): DeployError {
  return new DeployError(
    `${appJsonName}, line ${line}: ${what} has to be ${wanted}.`,
    'https://devcenter.heroku.com/articles/app-json-schema says what may be there.',
    { location: { file: appJsonName, line } },
  );
}
