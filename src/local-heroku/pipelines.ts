import { randomUUID } from 'node:crypto';
import { appOf } from './apps.ts';
import { type Call, created, ok, type Route } from './http.ts';
import type { Platform } from './platform.ts';
import { answerList } from './ranges.ts';
import { invalidParams, notFound } from './refusal.ts';
import { checkRequest } from './schema.ts';
import type { CouplingRecord, PipelineRecord, State } from './state.ts';

interface CreateBody {
  readonly name: string;
}

interface CoupleBody {
  readonly app: string;
  readonly pipeline: string;
  readonly stage: string;
}

/** `/pipelines` and the couplings of apps to them. */
export function pipelineRoutes(platform: Platform): Route[] {
  return [
    { method: 'POST', path: '/pipelines', handle: (call) => createPipeline(platform, call) },
    { method: 'GET', path: '/pipelines', handle: (call) => listPipelines(platform, call) },
    {
      method: 'GET',
      path: '/pipelines/:pipeline',
      handle: ({ params }) => {
        const { state } = platform.store;
        return ok(serialize(state, pipelineOf(state, params['pipeline'] ?? '')));
      },
    },
    {
      method: 'GET',
      path: '/pipelines/:pipeline/pipeline-couplings',
      handle: (call) => listCouplings(platform, call),
    },
    { method: 'POST', path: '/pipeline-couplings', handle: (call) => couple(platform, call) },
    {
      method: 'GET',
      path: '/apps/:app/pipeline-couplings',
      handle: (call) => ok(couplingOfApp(platform.store.state, call)),
    },
  ];
}

/**
 * A pipeline, by id or name.
 * @throws Refusal 404 where there is none.
 */
export function pipelineOf(state: State, identity: string): PipelineRecord {
  const found = state.pipelines.find(({ id, name }) => id === identity || name === identity);
  if (!found) throw notFound('pipeline');
  return found;
}

function createPipeline({ store }: Platform, call: Call) {
  const { name } = checkRequest<CreateBody>('pipeline.create', call.body);
  return store.update((state) => {
    if (state.pipelines.some((pipeline) => pipeline.name === name)) {
      throw invalidParams(`Name ${name} is already taken`);
    }
    const createdAt = new Date().toISOString();
    const pipeline: PipelineRecord = { id: randomUUID(), name, couplings: [], createdAt };
    state.pipelines.push(pipeline);
    return created(serialize(state, pipeline));
  });
}

function listPipelines({ store: { state } }: Platform, call: Call) {
  const pipelines = state.pipelines.map((pipeline) => serialize(state, pipeline));
  return answerList(call, pipelines, ['name', 'id']);
}

/** An app is in one pipeline at most (https://devcenter.heroku.com/articles/pipelines). */
function couple({ store }: Platform, call: Call) {
  const body = checkRequest<CoupleBody>('pipeline-coupling.create', call.body);
  return store.update((state) => {
    const app = appOf(state, { params: { app: body.app } });
    const pipeline = pipelineOf(state, body.pipeline);
    if (state.pipelines.some(({ couplings }) => couplings.some(({ appId }) => appId === app.id))) {
      throw invalidParams(`App ${app.name} is in a pipeline already`);
    }
    const createdAt = new Date().toISOString();
    const coupling = { id: randomUUID(), appId: app.id, stage: body.stage, createdAt };
    pipeline.couplings.push(coupling);
    return created(serializeCoupling(pipeline, coupling));
  });
}

function listCouplings({ store: { state } }: Platform, call: Call) {
  const pipeline = pipelineOf(state, call.params['pipeline'] ?? '');
  const couplings = pipeline.couplings.map((coupling) => serializeCoupling(pipeline, coupling));
  return answerList(call, couplings, ['id']);
}

function couplingOfApp(state: State, call: Call) {
  const app = appOf(state, call);
  for (const pipeline of state.pipelines) {
    const coupling = pipeline.couplings.find(({ appId }) => appId === app.id);
    if (coupling) return serializeCoupling(pipeline, coupling);
  }
  throw notFound('pipeline coupling');
}

function serialize({ account }: State, { id, name, createdAt }: PipelineRecord) {
  const owner = { id: account.id, type: 'user' };
  return { created_at: createdAt, id, name, owner, updated_at: createdAt };
}

function serializeCoupling(pipeline: PipelineRecord, coupling: CouplingRecord) {
  return {
    app: { id: coupling.appId },
    created_at: coupling.createdAt,
    id: coupling.id,
    pipeline: { id: pipeline.id },
    stage: coupling.stage,
    updated_at: coupling.createdAt,
  };
}
