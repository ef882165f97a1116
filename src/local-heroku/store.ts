import { randomBytes, randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv-draft-04';
import { DeployError, messageOf } from '../errors.ts';
import type { State } from './state.ts';

/** The state in memory and on disk. What is read from it must not be changed but through `update`. */
export interface Store {
  readonly state: State;
  /**
   * Changes the state, all of it or, where `change` throws or the disk refuses, nothing. Changes
   * happen one after another.
   */
  update<Result>(change: (state: State) => Result): Promise<Result>;
}

const fileName = 'state.json';

/**
 * Opens the state that is kept in a folder, or begins a new one there.
 * @throws DeployError where the state in it cannot be read.
 */
export async function openStore(folder: string): Promise<Store> {
  let state = (await readState(join(folder, fileName))) ?? newState();
  let lastChange: Promise<unknown> = Promise.resolve();

  async function carryOut<Result>(change: (state: State) => Result): Promise<Result> {
    const changed = structuredClone(state);
    const result = change(changed);
    await writeState(folder, changed);
    state = changed;
    return result;
  }

  const store: Store = {
    get state() {
      return state;
    },
    update(change) {
      const done = lastChange.then(() => carryOut(change));
      lastChange = done.catch(() => {});
      return done;
    },
  };
  await store.update(() => {});
  return store;
}

async function readState(file: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, messageOf(error));
  }
  return parseState(file, text);
}

function parseState(file: string, text: string): State {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw unusable(file, messageOf(error));
  }
  if (!isState(state)) throw unusable(file, isState.errors?.[0]?.message ?? 'unknown format');
  return complete(state);
}

/** Adds what a state lacks that was kept by a version of this program that did not know it. */
function complete(state: State): State {
  return {
    ...state,
    apps: state.apps.map((app) => ({ ...app, addOns: app.addOns ?? [] })),
    releases: state.releases.map((release) => ({
      ...release,
      withoutReleasePhase: release.withoutReleasePhase ?? false,
      addOnPlans: release.addOnPlans ?? [],
    })),
    pipelines: state.pipelines ?? [],
    promotions: state.promotions ?? [],
  };
}

function unusable(file: string, reason: string): DeployError {
  return new DeployError(
    `The local Heroku’s state in ${file} cannot be used: ${reason}.`,
    'Begin anew with heroku-docker local destroy, which removes the state and every dyno, or mend the file.',
  );
}

/** Whole on disk before it takes the old one's place, so that a crash leaves one or the other. */
async function writeState(folder: string, state: State): Promise<void> {
  const next = join(folder, `${fileName}.next`);
  const file = await open(next, 'w', 0o600); // It holds config vars.
  try {
    await file.writeFile(JSON.stringify(state, null, 2));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, join(folder, fileName));
}

function newState(): State {
  return {
    format: 1,
    account: { id: randomUUID(), email: 'developer@localhost.localdomain' },
    signingKey: randomBytes(32).toString('hex'),
    apps: [],
    slugs: [],
    releases: [],
    pipelines: [],
    promotions: [],
  };
}

const text = { type: 'string' };
const number = { type: 'number' };
const texts = { type: 'object', additionalProperties: text };

/** @param later Properties that came after the first version: checked where they are there. */
function record(
  properties: Readonly<Record<string, object>>,
  later: Readonly<Record<string, object>> = {},
) {
  return {
    type: 'object',
    properties: { ...properties, ...later },
    required: Object.keys(properties),
  };
}

function list(items: object) {
  return { type: 'array', items };
}

/** What the program relies on; a state that fails this was damaged or is another program's. */
const isState = new Ajv().compile<State>(
  record(
    {
      format: { enum: [1] },
      account: record({ id: text, email: text }),
      signingKey: text,
      apps: list(
        record(
          {
            ...{ id: text, name: text, stack: text, buildStack: text, generation: text },
            port: number,
            configVars: texts,
            formation: list(record({ id: text, type: text, quantity: number })),
            dynos: list(record({ id: text, name: text, container: text })),
          },
          {
            addOns: list(
              record({ id: text, name: text, service: text, plan: text, configVars: texts }),
            ),
          },
        ),
      ),
      slugs: list(record({ id: text, appId: text, stack: text, processTypes: texts })),
      releases: list(
        record(
          { id: text, appId: text, version: number, status: text, configVars: texts },
          { withoutReleasePhase: { type: 'boolean' }, addOnPlans: list(text) },
        ),
      ),
    },
    {
      pipelines: list(
        record({
          ...{ id: text, name: text },
          couplings: list(record({ id: text, appId: text, stage: text })),
        }),
      ),
      promotions: list(
        record({
          ...{ id: text, pipelineId: text, sourceAppId: text, sourceReleaseId: text },
          targets: list(record({ id: text, appId: text })),
        }),
      ),
    },
  ),
);
