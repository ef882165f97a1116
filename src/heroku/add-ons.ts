import { DeployError } from '../errors.ts';
import type { HerokuClient } from './client.ts';
import { exactlyOnce } from './exactly-once.ts';

/** An add-on that an app has (schema of add-on, as far as it is read here). */
export interface AddOn {
  readonly id: string;
  /** `postgresql-shallow-12345` */
  readonly name: string;
  /** `heroku-postgresql:essential-0` */
  readonly plan: string;
  readonly state: 'provisioning' | 'provisioned' | 'deprovisioned';
}

/** An add-on to be made. It may cost money from then on. */
export interface NewAddOn {
  /** A service's plan, `heroku-postgresql:essential-0`, or a service alone, for its default plan. */
  readonly plan: string;
  /** What its config vars begin with, where not with the service's own word: `DATABASE`. */
  readonly as?: string;
  /** The service's own: `{ version: '16' }`. */
  readonly options?: Readonly<Record<string, string>>;
}

interface AddOnAnswer {
  readonly id: string;
  readonly name: string;
  readonly plan: { readonly name: string };
  readonly state: AddOn['state'];
}

/** A call whose answer was lost may still be under way: it gets this long to show. */
const settleMilliseconds = 5_000;
/** Databases take some minutes (https://devcenter.heroku.com/articles/heroku-postgresql). */
const provisioningMinutes = 20;
const pollMilliseconds = 5_000;

/** Lists the add-ons of an app. */
export async function listAddOns(client: HerokuClient, app: string): Promise<readonly AddOn[]> {
  const answers = await client.call<readonly AddOnAnswer[]>({
    method: 'GET',
    path: addOnsOf(app),
    repeatable: true,
  });
  return answers.map(addOn);
}

/**
 * Makes an add-on for an app, exactly once: where the answer was lost, the app's add-ons tell
 * whether the call was carried out. Its config vars come with a release of their own.
 * @throws PlatformError where there is no such plan, or the account may not have it.
 */
export async function createAddOn(
  client: HerokuClient,
  app: string,
  { plan, as, options }: NewAddOn,
): Promise<AddOn> {
  const before = (await listAddOns(client, app)).map(({ id }) => id);
  const isOurs = (one: AddOn) => !before.includes(one.id) && `${one.plan}:`.startsWith(`${plan}:`);
  return exactlyOnce(client, {
    question: 'whether the add-on was made',
    settleMilliseconds,
    make: async () =>
      addOn(
        await client.call<AddOnAnswer>({
          method: 'POST',
          path: addOnsOf(app),
          repeatable: false,
          body: {
            plan,
            ...(as !== undefined && { attachment: { name: as } }),
            ...(options !== undefined && { config: options }),
          },
        }),
      ),
    find: async () => (await listAddOns(client, app)).find(isOurs),
  });
}

/**
 * Waits until an add-on can be used, and its config vars are there.
 * @throws DeployError where it is taken away instead, or does not come in time.
 */
export async function waitForAddOn(
  client: HerokuClient,
  app: string,
  started: AddOn,
): Promise<AddOn> {
  const deadline = Date.now() + provisioningMinutes * 60_000;
  let current = started;
  while (current.state === 'provisioning') {
    if (Date.now() > deadline) throw notProvisioned(app, current);
    await client.sleep(pollMilliseconds, client.signal);
    const answer = await client.call<AddOnAnswer>({
      method: 'GET',
      path: `${addOnsOf(app)}/${encodeURIComponent(started.id)}`,
      repeatable: true,
    });
    current = addOn(answer);
  }
  if (current.state !== 'provisioned') throw notProvisioned(app, current);
  return current;
}

function addOn({ id, name, plan, state }: AddOnAnswer): AddOn {
  return { id, name, plan: plan.name, state };
}

function addOnsOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}/addons`;
}

function notProvisioned(app: string, { name, plan, state }: AddOn): DeployError {
  return new DeployError(
    `The add-on ${name} (${plan}) of ${app} is ${state}${state === 'provisioning' ? ` after ${provisioningMinutes} minutes` : ''}.`,
    `Look at it: heroku addons:info ${name} --app ${app}`,
  );
}
