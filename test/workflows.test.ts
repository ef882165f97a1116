import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Document, isPair, isScalar, parse, parseDocument, type Scalar, visit } from 'yaml';
import { definitions } from '../src/settings/definitions.ts';
import { outputDefinitions } from '../src/settings/outputs.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly needs?: string | readonly string[];
  readonly permissions?: Permissions;
  readonly steps: readonly Step[];
}

type Permissions = Readonly<Record<string, string>>;

interface Workflow {
  readonly permissions?: Permissions;
  readonly jobs: Readonly<Record<string, Job>>;
}

const root = join(import.meta.dirname, '..');
const workflowFolder = join(root, '.github/workflows');
const names = readdirSync(workflowFolder);
const textOf = (name: string) => readFileSync(join(workflowFolder, name), 'utf8');
const jobsOf = ({ jobs }: Workflow) => Object.entries(jobs);
const stepsOf = (workflow: Workflow) => jobsOf(workflow).flatMap(([, job]) => job.steps);

describe.each(names)('the workflow %s', (name) => {
  const document = parseDocument(textOf(name));
  const workflow: Workflow = document.toJS();

  test('parses', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  test('pins every action to a commit, and says which version that is', () => {
    const pins = scalarsOf(document, 'uses').filter(({ value }) => !isLocal(String(value)));
    for (const { value, comment } of pins) {
      expect(value).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/);
      expect(comment, `${value} lacks its version`).toMatch(/^ v\d+\.\d+\.\d+$/);
    }
  });

  test('may only read, unless one of its jobs says more', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  test('ends every job in time', () => {
    for (const [job, { 'timeout-minutes': minutes }] of jobsOf(workflow)) {
      expect(minutes, job).toBeGreaterThan(0);
    }
  });

  test('keeps the token out of its checkouts', () => {
    for (const step of stepsOf(workflow).filter(({ uses }) =>
      uses?.startsWith('actions/checkout@'),
    )) {
      expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });

  test('puts no expression into a script', () => {
    for (const { run } of stepsOf(workflow)) expect(run ?? '').not.toContain('${{');
  });

  test('gives the action inputs that it has, and reads outputs that it has', () => {
    expectKnownNames(workflow, textOf(name), isLocal);
  });
});

test('one job of all may write to the repository, and runs nothing of it', () => {
  const writing = names.flatMap((name) =>
    jobsOf(parse(textOf(name)) as Workflow)
      .filter(([, { permissions }]) => Object.values(permissions ?? {}).includes('write'))
      .map(([job, { permissions, steps }]) => ({
        job: `${name}/${job}`,
        permissions,
        uses: steps.flatMap(({ uses }) => uses ?? []),
      })),
  );
  expect(writing).toEqual([
    { job: 'release.yml/move-tag', permissions: { contents: 'write' }, uses: [] },
  ]);
});

test('all-tests-passed waits for every other job of CI', () => {
  const { 'all-tests-passed': last, ...others } = (parse(textOf('ci.yml')) as Workflow).jobs;
  expect(last?.needs).toEqual(Object.keys(others));
});

test('two versions of one action are nowhere in use', () => {
  const pins = names.flatMap((name) =>
    scalarsOf(parseDocument(textOf(name)), 'uses').map(({ value }) => String(value)),
  );
  const used = [...new Set(pins)].map((pin) => pin.split('@')[0]);
  expect(used).toEqual([...new Set(used)]);
});

describe('the README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const snippets = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  const isThisAction = (uses: string) => uses.startsWith('org/heroku-docker-release@');
  const documents = snippets.map((snippet) => parseDocument(snippet));

  test('shows YAML that parses', () => {
    expect(snippets.length).toBeGreaterThan(0);
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  test('shows inputs and outputs that the action has', () => {
    for (const [index, document] of documents.entries()) {
      const shown: unknown = document.toJS();
      const workflow = isWorkflow(shown) ? shown : { jobs: { shown: { steps: stepsIn(shown) } } };
      expectKnownNames(workflow, snippets[index] ?? '', isThisAction);
    }
  });
});

function isLocal(uses: string): boolean {
  return uses.startsWith('./');
}

function isWorkflow(shown: unknown): shown is Workflow {
  return typeof shown === 'object' && shown !== null && 'jobs' in shown;
}

/** A snippet may be a list of steps. */
function stepsIn(shown: unknown): Step[] {
  return Array.isArray(shown) ? shown : [];
}

/** All values of that key, wherever in the document, with their comments. */
function scalarsOf(document: Document, key: string): Scalar[] {
  const found: Scalar[] = [];
  visit(document, {
    Pair(_, pair) {
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === key && isScalar(pair.value)) {
        found.push(pair.value);
      }
    },
  });
  return found;
}

/** The runner ignores an input that an action does not have, and an unknown output is empty. */
function expectKnownNames(workflow: Workflow, text: string, isOurs: (uses: string) => boolean) {
  const ours = stepsOf(workflow).filter(({ uses }) => uses !== undefined && isOurs(uses));
  for (const step of ours) {
    expect(Object.keys(definitions)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    const read = [...text.matchAll(new RegExp(`steps\\.${step.id}\\.outputs\\.([\\w-]+)`, 'g'))];
    expect(Object.keys(outputDefinitions)).toEqual(
      expect.arrayContaining(read.map(([, output]) => output)),
    );
  }
}
