import { randomBytes, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { type Call, created, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { findFreePort } from './ports.ts';
import { answerList } from './ranges.ts';
import { invalidParams, notFound } from './refusal.ts';
import { checkRequest } from './schema.ts';
import { defaultStackName, findStack, stackReference } from './stacks.ts';
import type { AppRecord, ReleaseRecord, State } from './state.ts';

interface CreateBody {
  readonly name?: string;
  readonly stack?: string;
  /** Not in the official schema, where an app is of its space's generation: for trying a client. */
  readonly generation?: unknown;
}

interface UpdateBody {
  readonly name?: string;
  readonly build_stack?: string;
  readonly maintenance?: boolean;
}

const generationIds = {
  cedar: '0d5f6e2a-7a55-4a0c-8a3b-00000000ceda',
  fir: '0d5f6e2a-7a55-4a0c-8a3b-0000000000f1',
} as const;

const region = { id: '59accabd-516d-4f0e-83e6-6e3757701145', name: 'us' };

/** `/apps` and `/apps/{app}`. */
export function appRoutes(platform: Platform): Route[] {
  return [
    { method: 'POST', path: '/apps', handle: (call) => createApp(platform, call) },
    { method: 'GET', path: '/apps', handle: (call) => listApps(platform, call) },
    {
      method: 'GET',
      path: '/apps/:app',
      handle: (call) => ok(serialize(platform.store.state, appOf(platform.store.state, call))),
    },
    { method: 'PATCH', path: '/apps/:app', handle: (call) => updateApp(platform, call) },
    { method: 'DELETE', path: '/apps/:app', handle: (call) => deleteApp(platform, call) },
  ];
}

/**
 * The app that a call's path names, by id or name.
 * @throws Refusal 404 where there is none.
 */
export function appOf(state: State, { params }: Pick<Call, 'params'>): AppRecord {
  const found = state.apps.find(({ id, name }) => id === params['app'] || name === params['app']);
  if (!found) throw notFound('app');
  return found;
}

/** How other resources name their app. */
export function appReference({ id, name }: AppRecord): { id: string; name: string } {
  return { id, name };
}

async function createApp(platform: Platform, call: Call) {
  const body = checkRequest<CreateBody>('app.create', call.body);
  const port = await findFreePort(platform.store.state.apps.map((app) => app.port));
  const app = newApp(body, port);
  await writeFile(platform.folder.appLog(app.id), '');
  return platform.store.update((state) => {
    refuseTakenName(state, app.name);
    state.apps.push(app);
    const release = initialRelease(app);
    state.releases.push(release);
    app.currentReleaseId = release.id;
    return created(serialize(state, app));
  });
}

function newApp(body: CreateBody, port: number): AppRecord {
  const now = new Date().toISOString();
  const stack = stackNameOf(body.stack ?? defaultStackName);
  return {
    id: randomUUID(),
    name: body.name ?? `local-${randomBytes(6).toString('hex')}`,
    stack,
    buildStack: stack,
    generation: body.generation === 'fir' ? 'fir' : 'cedar',
    port,
    maintenance: false,
    configVars: {},
    formation: [],
    dynos: [],
    addOns: [],
    currentReleaseId: null,
    createdAt: now,
    updatedAt: now,
    releasedAt: now,
  };
}

/** The platform gives each app one without a slug, so that the first deploy is not the first version. */
function initialRelease(app: AppRecord): ReleaseRecord {
  return {
    id: randomUUID(),
    appId: app.id,
    version: 1,
    status: 'succeeded',
    description: 'Initial release',
    slugId: null,
    configVars: {},
    withoutReleasePhase: false,
    addOnPlans: [],
    createdAt: app.createdAt,
    updatedAt: app.createdAt,
  };
}

function listApps(platform: Platform, call: Call) {
  const { state } = platform.store;
  return answerList(
    call,
    state.apps.map((app) => serialize(state, app)),
    ['name', 'id', 'updated_at'],
  );
}

function updateApp(platform: Platform, call: Call) {
  const body = checkRequest<UpdateBody>('app.update', call.body);
  return platform.store.update((state) => {
    const app = appOf(state, call);
    if (body.name !== undefined && body.name !== app.name) refuseTakenName(state, body.name);
    app.name = body.name ?? app.name;
    if (body.build_stack !== undefined) app.buildStack = stackNameOf(body.build_stack);
    app.maintenance = body.maintenance ?? app.maintenance;
    app.updatedAt = new Date().toISOString();
    return ok(serialize(state, app));
  });
}

/** Stops the app's dynos and removes all that was kept for it. */
async function deleteApp(platform: Platform, call: Call) {
  const app = appOf(platform.store.state, call);
  return platform.work.run(app.id, async () => {
    const current = appOf(platform.store.state, call);
    await platform.dynos.stop(current, current.dynos);
    const removed = await platform.store.update((state) => removeApp(state, app.id));
    const files = [
      platform.folder.appLog(app.id),
      ...removed.slugs.map(({ id }) => platform.folder.slug(id)),
      ...removed.releases.map(({ id }) => platform.folder.releaseOutput(id)),
    ];
    await Promise.all(files.map((file) => rm(file, { force: true })));
    return ok(removed.answer);
  });
}

function removeApp(state: State, appId: string) {
  const isOfApp = (record: { appId: string }) => record.appId === appId;
  const app = appOf(state, { params: { app: appId } });
  const removed = {
    answer: serialize(state, app),
    slugs: state.slugs.filter(isOfApp),
    releases: state.releases.filter(isOfApp),
  };
  state.apps = state.apps.filter(({ id }) => id !== appId);
  state.slugs = state.slugs.filter((slug) => !isOfApp(slug));
  state.releases = state.releases.filter((release) => !isOfApp(release));
  for (const pipeline of state.pipelines) {
    pipeline.couplings = pipeline.couplings.filter((coupling) => !isOfApp(coupling));
  }
  return removed;
}

function refuseTakenName(state: State, name: string): void {
  if (state.apps.some((app) => app.name === name)) {
    throw invalidParams(`Name ${name} is already taken`);
  }
}

function stackNameOf(identity: string): string {
  const found = findStack(identity);
  if (!found) throw invalidParams(`Stack ${identity} is not known`);
  return found.name;
}

function serialize(state: State, app: AppRecord) {
  const current = state.releases.find(({ id }) => id === app.currentReleaseId);
  const slug = state.slugs.find(({ id }) => id === current?.slugId);
  return {
    acm: false,
    archived_at: null,
    base_image_name: null,
    build_stack: stackReference(app.buildStack),
    buildpack_provided_description: slug?.buildpackProvidedDescription ?? null,
    buildpacks: null,
    created_at: app.createdAt,
    current_build_architecture: [],
    generation: { id: generationIds[app.generation], name: app.generation },
    git_url: `https://git.heroku.com/${app.name}.git`,
    id: app.id,
    internal_routing: null,
    maintenance: app.maintenance,
    name: app.name,
    organization: null,
    owner: state.account,
    region,
    released_at: app.releasedAt,
    repo_size: null,
    slug_size: slug?.size ?? null,
    space: null,
    stack: stackReference(app.stack),
    team: null,
    updated_at: app.updatedAt,
    web_url: webUrl(app),
  };
}

/** Where the app's web dyno answers: the address that never means another machine. */
export function webUrl(app: AppRecord): string {
  return `http://127.0.0.1:${app.port}/`;
}
