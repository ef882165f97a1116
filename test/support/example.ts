import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { copyExample } from './apps.ts';
import { useLocalHeroku } from './heroku.ts';
import { machine } from './machine.ts';
import { runAction, type Step } from './runner.ts';

/** An app without a Dockerfile, and what is to be seen of it on its way to a page. */
export interface Example {
  /** Its platform, and its folder in `examples` unless it has another. */
  readonly name: string;
  /** Makes the app's folder, where it is not a copy of the example as it is. */
  readonly folder?: () => string;
  /** What comes from this machine's mirror, such as `node`. */
  readonly runtimes: readonly string[];
  /** More build arguments, `NAME=value` each. */
  readonly buildArguments?: () => readonly string[];
  /** What the log tells of the choice. */
  readonly reason: string | RegExp;
  /** The step that installs the dependencies, if there are any: a part of its command in the Dockerfile. */
  readonly install?: string;
  /** A change of the source that shows on the page. */
  readonly change: { readonly file: string; readonly from: string; readonly to: string };
  /** What has to be on the page at first. */
  readonly page: string | RegExp;
  /** What its slug has to have: patterns for paths. */
  readonly wanted?: readonly RegExp[];
  /** What no slug of this language may have besides {@link unwanted}: patterns for paths. */
  readonly unwanted?: readonly RegExp[];
}

/** Compilers, package managers' caches and package indexes: nothing that runs an app. */
const unwanted = [
  /\/(gcc|g\+\+|cc1|cc1plus|clang|javac|rustc|go\/pkg\/tool)(\/|$)/,
  /\/(\.cache|_cacache|\.npm|\.m2|\.ivy2|\.sbt|\.gradle|\.cargo|\.nuget)\//,
  /\/var\/lib\/apt\/lists\//,
  /\.(o|a|whl|gem|deb)$/,
];

/**
 * The tests of an example: from a folder without a Dockerfile to the page of a running dyno, whose
 * slug has run on the stack before, and again after a change of its source.
 */
export function testExample(example: Example): void {
  const heroku = useLocalHeroku();
  let app: string;
  let workspace: string;
  let first: Step;

  function release(): Promise<Step> {
    const inputs = {
      ...heroku.inputs(app),
      'build-args': [
        ...example.runtimes.flatMap(machine.mirror),
        ...(example.buildArguments?.() ?? []),
      ].join('\n'),
      'smoke-test': 'true',
      'smoke-test-path': '/',
      'slug-path': join(workspace, '..', `${app}.tgz`),
    };
    return runAction(inputs, { workspace });
  }

  beforeAll(async () => {
    app = await heroku.createApp();
    workspace = example.folder?.() ?? copyExample(example.name);
    first = await release();
  }, 900_000);

  test('becomes a release that has run on the stack, and whose page answers', async () => {
    expect(first.exitCode, first.log).toBe(0);
    expect(first.outputs['platform']).toBe(example.name);
    expect(first.log).toMatch(example.reason);
    expect(await pageOf(first)).toMatch(example.page);
  });

  test('misses nothing on the dyno', () => {
    expect(first.log.match(/^::warning.*$/gm) ?? []).toEqual([]);
  });

  test('has what it needs in its slug, and no compiler, cache or package index', () => {
    const files = execFileSync('tar', ['tf', String(first.outputs['slug-path'])], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    }).split('\n');
    const absent = (pattern: RegExp) => !files.some((file) => pattern.test(file));
    expect((example.wanted ?? []).filter(absent)).toEqual([]);
    const patterns = [...unwanted, ...(example.unwanted ?? [])];
    expect(files.filter((file) => patterns.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  test('is built anew after a change of its source alone, without installing again', async () => {
    const { file, from, to } = example.change;
    const path = join(workspace, file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    const second = await release();
    expect(second.exitCode, second.log).toBe(0);
    expect(second.outputs['base-image-cached']).toBe('true');
    const { install } = example;
    if (install !== undefined) expect(isCached(second.log, install), second.log).toBe(true);
    expect(await pageOf(second)).toContain(to);
  }, 600_000);
}

async function pageOf(step: Step): Promise<string> {
  const page = await fetch(String(step.outputs['web-url']), {
    signal: AbortSignal.timeout(30_000),
  });
  return await page.text();
}

/** Whether the builder took the step with this command from its cache, as its output says. */
function isCached(log: string, command: string): boolean {
  const steps = log.matchAll(/^#(\d+) \[[^\]]*\] (?:ONBUILD )?RUN (.*(?:\n(?!#\d).*)*)/gm);
  const numbers = [...steps].filter(([, , text = '']) => text.includes(command)).map(([, n]) => n);
  return numbers.length > 0 && numbers.every((number) => log.includes(`\n#${number} CACHED`));
}
