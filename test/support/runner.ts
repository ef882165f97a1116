import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bundles = join(import.meta.dirname, '../../dist');

/** What a step of a job was told and did. */
export interface Step {
  readonly exitCode: number | null;
  /** Everything that it printed. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What it has saved for its post step. */
  readonly state: Readonly<Record<string, string>>;
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
  /** Given a way to cancel the step as a runner does, which {@link onLog} has too. */
  readonly onStart?: (cancel: (signal: NodeJS.Signals) => void) => void;
  /** Told each piece of the log as it comes, with ways to cancel the step and to kill it as a runner does. */
  readonly onLog?: (
    log: string,
    cancel: (signal: NodeJS.Signals) => void,
    kill: (signal?: NodeJS.Signals) => void,
  ) => void;
  /** Folders for what the runner gives to the step, where it is not to lie beside the rest. */
  readonly folders?: Readonly<Partial<Record<RunnerFolder, string>>>;
}

/** `temp` is the runner's temporary folder itself; in the others lies the file of that name. */
export type RunnerFolder = 'temp' | 'output' | 'state' | 'summary';

/** Runs the bundled action as a runner does: its files, its folders, its environment, its inputs. */
export function runAction(
  inputs: Readonly<Record<string, string>>,
  options: StepOptions,
): Promise<Step> {
  return runBundle('action', inputVariables(inputs), options);
}

/** Runs the post step of a step as a runner does at the end of the job, however that ended. */
export function runPostStep(step: Pick<Step, 'state'>, options: StepOptions): Promise<Step> {
  const saved = Object.entries(step.state).map(([name, value]) => [`STATE_${name}`, value]);
  return runBundle('post', Object.fromEntries(saved), options);
}

async function runBundle(
  name: 'action' | 'post',
  variables: Readonly<Record<string, string>>,
  options: StepOptions,
): Promise<Step> {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  const { folders = {} } = options;
  const file = (name: Exclude<RunnerFolder, 'temp'>) => {
    const path = join(folders[name] ?? folder, name);
    writeFileSync(path, '');
    return path;
  };
  const temporaryFolder = folders.temp ?? join(folder, 'temp');
  const toolCache = join(folder, 'tools');
  mkdirSync(temporaryFolder, { recursive: true });
  mkdirSync(toolCache);
  const files = { output: file('output'), state: file('state'), summary: file('summary') };
  const child = spawn(process.execPath, [join(bundles, name, 'index.js')], {
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
      ...variables,
      ...options.environment,
    },
  });
  const cancel = (signal: NodeJS.Signals) => void child.kill(signal);
  options.onStart?.(cancel);
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      options.onLog?.(log, cancel, (signal) => killTree(Number(child.pid), signal));
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    exitCode,
    log,
    outputs: readValues(readFileSync(files.output, 'utf8')),
    state: readValues(readFileSync(files.state, 'utf8')),
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
    Object.entries(process.env).filter(
      ([name]) => !/^(GITHUB|RUNNER|INPUT|STATE|HEROKU)_/.test(name),
    ),
  );
}

/** The runner upper-cases names and replaces spaces, and leaves hyphens as they are. */
function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}

/** The format of a runner's files: `name<<delimiter`, the value's lines, the delimiter. */
function readValues(text: string): Record<string, string> {
  const blocks = text.matchAll(/^([^\n<]+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...blocks].map(([, name = '', , value = '']) => [name, value]));
}

/**
 * A runner kills a process with all that it has started (actions/runner, ProcessInvoker).
 * @param signal for the process itself.
 */
function killTree(root: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  const parents = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const tree = [root];
  for (const parent of tree) {
    tree.push(...parents.filter(([, of]) => of === parent).map(([child]) => child));
  }
  for (const id of tree) {
    try {
      process.kill(id, id === root ? signal : 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
