import { randomInt, randomUUID } from 'node:crypto';
import { appOf, appReference } from './apps.ts';
import { type Call, created, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { answerList } from './ranges.ts';
import { invalidParams, notFound, Refusal } from './refusal.ts';
import { carryOutRelease } from './release-work.ts';
import { addRelease, configVarsToCome, newestRelease } from './releases.ts';
import { checkRequest } from './schema.ts';
import type { AddOnRecord, AppRecord } from './state.ts';

interface CreateBody {
  readonly plan: string;
  readonly name?: string;
  readonly attachment?: { readonly name?: string };
}

/** What this API can add to an app: names and addresses, with nothing behind them. */
interface Service {
  readonly name: string;
  readonly id: string;
  /** What its add-ons are named after. */
  readonly prefix: string;
  readonly defaultPlan: string;
  /** Name of its first attachment to an app, and what that sets. */
  readonly attachment?: { readonly name: string; readonly suffix: string; readonly value: string };
}

const services: readonly Service[] = [
  {
    name: 'heroku-postgresql',
    id: '6c67493d-8fc2-4cd4-9161-4f1ec11cbe69',
    prefix: 'postgresql',
    defaultPlan: 'essential-0',
    attachment: {
      name: 'DATABASE',
      suffix: 'URL',
      value: 'postgres://local:local@127.0.0.1:5432/local',
    },
  },
  {
    name: 'heroku-redis',
    id: '6c67493d-8fc2-4cd4-9161-4f1ec11cbe70',
    prefix: 'redis',
    defaultPlan: 'mini',
    attachment: { name: 'REDIS', suffix: 'URL', value: 'redis://127.0.0.1:6379' },
  },
  {
    name: 'scheduler',
    id: '6c67493d-8fc2-4cd4-9161-4f1ec11cbe71',
    prefix: 'scheduler',
    defaultPlan: 'standard',
  },
];

/** Of the second add-on of a service and those that follow, as the platform names them. */
const colours = ['AMBER', 'AQUA', 'BLACK', 'BLUE', 'BRONZE', 'CRIMSON', 'CYAN', 'GOLD'];

/** `/apps/{app}/addons`. */
export function addOnRoutes(platform: Platform): Route[] {
  const { store } = platform;
  return [
    { method: 'POST', path: '/apps/:app/addons', handle: (call) => createAddOn(platform, call) },
    {
      method: 'GET',
      path: '/apps/:app/addons',
      handle: (call) => {
        const app = appOf(store.state, call);
        const addOns = app.addOns.map((one) => serialize(app, one));
        return answerList(call, addOns, ['id', 'name']);
      },
    },
    {
      method: 'GET',
      path: '/apps/:app/addons/:addon',
      handle: (call) => {
        const app = appOf(store.state, call);
        return ok(serialize(app, addOnOf(app, call.params['addon'])));
      },
    },
  ];
}

/**
 * Makes an add-on, at once. What it sets comes with a release, without a release phase
 * (https://devcenter.heroku.com/articles/release-phase#when-is-the-release-command-skipped).
 */
async function createAddOn(platform: Platform, call: Call) {
  const body = checkRequest<CreateBody>('add-on.create', call.body);
  const { service, plan } = planOf(body.plan);
  const { app, addOn, release } = await platform.store.update((state) => {
    const found = appOf(state, call);
    const attachment = attachmentOf(found, service, body.attachment?.name);
    const made = newAddOn(service, plan, attachment, body.name);
    if (state.apps.some(({ addOns }) => addOns.some(({ name }) => name === made.name))) {
      throw invalidParams('Add-on name is already taken');
    }
    found.addOns.push(made);
    const added = addRelease(state, found, {
      description: `Attach ${attachment} (@ref:${made.name})`,
      slugId: newestRelease(state, found)?.slugId ?? null,
      configVars: { ...configVarsToCome(state, found), ...made.configVars },
      withoutReleasePhase: true,
    });
    return { app: found, addOn: made, release: added };
  });
  carryOutRelease(platform, release);
  return created(serialize(app, addOn));
}

function newAddOn(
  service: Service,
  plan: string,
  attachment: string,
  name = `${service.prefix}-local-${randomInt(10_000, 100_000)}`,
): AddOnRecord {
  const set = service.attachment;
  return {
    id: randomUUID(),
    name,
    service: service.name,
    plan,
    configVars: set ? { [`${attachment}_${set.suffix}`]: set.value } : {},
    createdAt: new Date().toISOString(),
  };
}

/** `heroku-postgresql:essential-0`, by name or with the service's name alone its default plan. */
function planOf(identity: string): { service: Service; plan: string } {
  const [name, plan] = identity.split(':');
  const service = services.find((one) => one.name === name);
  if (service) return { service, plan: `${service.name}:${plan || service.defaultPlan}` };
  throw new Refusal(
    404,
    'not_found',
    `Couldn't find either the add-on service or the add-on plan of "${identity}".`,
  );
}

/** What the config vars of an add-on begin with. */
function attachmentOf(app: AppRecord, service: Service, wanted: string | undefined): string {
  const word = service.name.replaceAll('-', '_').toUpperCase();
  const { name = word, suffix = 'URL' } = service.attachment ?? {};
  const isTaken = (attachment: string) => Object.hasOwn(app.configVars, `${attachment}_${suffix}`);
  if (wanted !== undefined && isTaken(wanted)) {
    throw invalidParams(`Attachment name ${wanted} is already taken`);
  }
  const names = [wanted ?? name, ...colours.map((colour) => `${word}_${colour}`)];
  const free = names.find((attachment) => !isTaken(attachment));
  if (free === undefined) throw invalidParams(`${app.name} has too many of ${service.name}`);
  return free;
}

function addOnOf(app: AppRecord, identity: string | undefined): AddOnRecord {
  const found = app.addOns.find(({ id, name }) => id === identity || name === identity);
  if (!found) throw notFound('add-on');
  return found;
}

function serialize(app: AppRecord, addOn: AddOnRecord) {
  const service = services.find(({ name }) => name === addOn.service);
  return {
    actions: [],
    addon_service: { id: service?.id ?? '', name: addOn.service },
    app: appReference(app),
    billed_price: { cents: 0, contract: false, metered: false, unit: 'month' },
    billing_entity: { ...appReference(app), type: 'app' },
    config_vars: Object.keys(addOn.configVars),
    created_at: addOn.createdAt,
    id: addOn.id,
    name: addOn.name,
    plan: { id: service?.id ?? '', name: addOn.plan },
    provider_id: addOn.id,
    state: 'provisioned',
    updated_at: addOn.createdAt,
    web_url: null,
  };
}
