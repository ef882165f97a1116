import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appOf } from './apps.ts';
import { type Call, created, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { invalidParams, notFound } from './refusal.ts';
import { checkRequest } from './schema.ts';
import { findStack, stackReference } from './stacks.ts';
import type { AppRecord, SlugRecord, State } from './state.ts';

interface CreateBody {
  readonly process_types: Record<string, string>;
  readonly stack?: string;
  readonly checksum?: string | null;
  readonly commit?: string | null;
  readonly commit_description?: string | null;
  readonly buildpack_provided_description?: string | null;
}

/** `/apps/{app}/slugs`. */
export function slugRoutes(platform: Platform): Route[] {
  return [
    { method: 'POST', path: '/apps/:app/slugs', handle: (call) => createSlug(platform, call) },
    {
      method: 'GET',
      path: '/apps/:app/slugs/:slug',
      handle: (call) => {
        const { state } = platform.store;
        const slug = slugOf(state, appOf(state, call), call.params['slug']);
        if (isGone(platform, slug)) throw notFound('slug');
        return ok(serialize(platform, slug, 'GET'));
      },
    },
  ];
}

/**
 * A slug of an app, by id.
 * @throws Refusal 404 where there is none, or it is another app's.
 */
export function slugOf(state: State, app: AppRecord, slugId: string | undefined): SlugRecord {
  const slug = state.slugs.find(({ id, appId }) => id === slugId && appId === app.id);
  if (!slug) throw notFound('slug');
  return slug;
}

/**
 * Whether the bytes of a slug were uploaded and are there no more: the platform throws old ones away
 * (https://devcenter.heroku.com/articles/releases), this API never does by itself.
 */
export function isGone({ folder }: Platform, slug: SlugRecord): boolean {
  return slug.uploadedSha256 !== null && !existsSync(folder.slug(slug.id));
}

function createSlug(platform: Platform, call: Call) {
  const body = checkRequest<CreateBody>('slug.create', call.body);
  return platform.store.update((state) => {
    const app = appOf(state, call);
    const slug = newSlug(app, body);
    state.slugs.push(slug);
    return created(serialize(platform, slug, 'PUT'));
  });
}

function newSlug(app: AppRecord, body: CreateBody): SlugRecord {
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    appId: app.id,
    stack: slugStack(app, body.stack ?? app.stack),
    processTypes: body.process_types,
    checksum: body.checksum ?? null,
    commit: body.commit ?? null,
    commitDescription: body.commit_description ?? null,
    buildpackProvidedDescription: body.buildpack_provided_description ?? null,
    size: null,
    uploadedSha256: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** Fir apps and those that run images take none. */
export function takesSlugs(app: AppRecord): boolean {
  return app.generation !== 'fir' && findStack(app.buildStack)?.runsSlugs === true;
}

function slugStack(app: AppRecord, identity: string): string {
  const stack = findStack(identity);
  if (!stack) throw invalidParams(`Stack ${identity} is not known`);
  if (!stack.runsSlugs || !takesSlugs(app)) {
    throw invalidParams('This app is deployed as an image. It cannot have a slug.');
  }
  return stack.name;
}

/** The URL is for storing the slug when it was just made, and for fetching it later. */
function serialize(platform: Platform, slug: SlugRecord, method: 'GET' | 'PUT') {
  const { signer, origin, blobLifetimeSeconds } = platform;
  return {
    blob: {
      method: method.toLowerCase(),
      url: signer.sign(method, origin, blobPath(slug), blobLifetimeSeconds),
    },
    buildpack_provided_description: slug.buildpackProvidedDescription,
    checksum: slug.checksum,
    commit: slug.commit,
    commit_description: slug.commitDescription,
    created_at: slug.createdAt,
    id: slug.id,
    process_types: slug.processTypes,
    size: slug.size,
    stack: stackReference(slug.stack),
    updated_at: slug.updatedAt,
  };
}

function blobPath(slug: SlugRecord): string {
  return `/blobs/${slug.id}`;
}
