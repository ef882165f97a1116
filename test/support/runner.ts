import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bundle = join(import.meta.dirname, '../../dist/action/index.js');

/** What a step of a job was told and did. */
export interface Step {
  readonly exitCode: number | null;
  /** Everything that it printed. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The job summary's Markdown. */
  readonly summary: string;
  /** The runner's temporary folder, for what was left in it. */
  readonly temporaryFolder: string;
}

/** How a step is run besides its inputs. */
export interface StepOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The checkout; where relative paths of inputs start. */
  readonly workspace: string;
  /** Told each piece of the log as it comes, with a way to cancel the step as a runner does. */
  readonly onLog?: (log: string, cancel: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the bundled action as a runner does: its files, its folders, its environment, its inputs. */
export async function runAction(
  inputs: Readonly<Record<string, string>>,
  options: StepOptions,
): Promise<Step> {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  const file = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, '');
    return path;
  };
  const temporaryFolder = join(folder, 'temp');
  const toolCache = join(folder, 'tools');
  mkdirSync(temporaryFolder);
  mkdirSync(toolCache);
  const files = { output: file('output'), state: file('state'), summary: file('summary') };
  const child = spawn(process.execPath, [bundle], {
    cwd: options.workspace,
    env: {
      ...machineEnvironment(),
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: options.workspace,
      GITHUB_OUTPUT: files.output,
      GITHUB_STATE: files.state,
      GITHUB_STEP_SUMMARY: files.summary,
      RUNNER_TEMP: temporaryFolder,
      RUNNER_TOOL_CACHE: toolCache,
      ...inputVariables(inputs),
      ...options.environment,
    },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      options.onLog?.(log, (signal) => child.kill(signal));
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    exitCode,
    log,
    outputs: readOutputs(readFileSync(files.output, 'utf8')),
    summary: readFileSync(files.summary, 'utf8'),
    temporaryFolder,
  };
}

/** Names of what is in the runner's temporary folder after a step. */
export function leftInTemporaryFolder(step: Step): string[] {
  return readdirSync(step.temporaryFolder);
}

/** The tests may themselves run in a job: none of its variables may reach the step. */
function machineEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GITHUB|RUNNER|INPUT|HEROKU)_/.test(name)),
  );
}

/** The runner upper-cases names and replaces spaces, and leaves hyphens as they are. */
function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

/** The file's format: `name<<delimiter`, the value's lines, the delimiter. */
function readOutputs(text: string): Record<string, string> {
  const blocks = text.matchAll(/^([^\n<]+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...blocks].map(([, name = '', , value = '']) => [name, value]));
}
