import { Command, CommanderError } from 'commander';
import { cancelOnSignal } from '../cancellation.ts';
import { DeployError, messageOf } from '../errors.ts';
import { type Verb, verbs } from '../settings/definitions.ts';
import type { Outputs } from '../settings/outputs.ts';
import { readSettings } from '../settings/settings.ts';
import { runVerb } from '../verbs/index.ts';
import { Report } from '../verbs/report.ts';
import { addExecArguments, addFlags, addStartArguments, readFlags } from './flags.ts';
import { addLocalCommands, addLocalFlags, releaseLocally } from './local.ts';
import { TerminalReporter } from './terminal-reporter.ts';

const descriptions: Readonly<Record<Verb, string>> = {
  init: 'detect the language and write a Dockerfile',
  build: 'build the images and make the slug',
  start: 'build the images and run process types of the app, "web" where none is named',
  exec: 'run a command in the base image, with the app’s folder mounted',
  release: 'build, and release the slug to Heroku',
  clean: 'remove the images and containers that this program made',
};

const usageError = 2;

/** The command line: flags in, `name=value` lines on standard output, everything else on standard error. */
async function main(): Promise<void> {
  const reporter = new TerminalReporter();
  const signal = cancelOnSignal();
  const program = new Command('heroku-docker')
    .description('From an app’s folder to a running Heroku release through Docker.')
    .enablePositionalOptions()
    .exitOverride();
  for (const verb of verbs) {
    const command = program.command(verb).description(descriptions[verb]);
    addFlags(command, verb);
    if (verb === 'release') addLocalFlags(command);
    if (verb === 'start') addStartArguments(command);
    if (verb === 'exec') addExecArguments(command);
    command.action(() => run(verb, command, reporter, signal));
  }
  addLocalCommands(program, reporter, signal);
  try {
    await program.parseAsync();
  } catch (error) {
    // Docker clients that Ctrl-C ends too fail in words of their own.
    fail(signal.aborted ? signal.reason : error, reporter);
  }
}

async function run(
  verb: Verb,
  command: Command,
  reporter: TerminalReporter,
  signal: AbortSignal,
): Promise<void> {
  const settings = readSettings(readFlags(verb, command), process.env);
  for (const secret of [
    settings.apiKey,
    settings.githubToken,
    ...Object.values(settings.secrets),
  ]) {
    if (secret !== undefined) reporter.secret(secret);
  }
  const terminal = { isInteractive: Boolean(process.stdin.isTTY && process.stdout.isTTY) };
  const isAttached = verb === 'exec' || (verb === 'start' && !command.opts()['detach']);
  const report = new Report();
  const context = {
    settings,
    reporter,
    report,
    signal,
    environment: process.env,
    ...(isAttached && { terminal }),
  };
  try {
    await (command.opts()['local'] ? releaseLocally(context, command) : runVerb(context));
  } finally {
    printOutputs(report.outputs);
  }
}

function printOutputs(outputs: Outputs): void {
  for (const [name, value] of Object.entries(outputs)) process.stdout.write(`${name}=${value}\n`);
}

function fail(error: unknown, reporter: TerminalReporter): void {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong already; --help ends here too, with code 0.
    process.exitCode = error.exitCode === 0 ? 0 : usageError;
    return;
  }
  process.exitCode = 1;
  if (error instanceof DeployError) {
    process.exitCode = error.exitCode;
    const { file, line } = error.location ?? {};
    const where = file === undefined ? '' : `${[file, line].filter(Boolean).join(':')}: `;
    reporter.info(`\nError: ${where}${error.message}\n${error.remedy}`);
    return;
  }
  reporter.info(`\nThis is a defect of heroku-docker, please report it: ${messageOf(error)}`);
  if (error instanceof Error && error.stack) reporter.info(error.stack);
}

await main();
// Nothing is under way any more but what cannot be ended, such as a Docker client that hangs.
process.exit();
