import { Command, CommanderError } from 'commander';
import { cancelOnSignal } from '../cancellation.ts';
import { DeployError, messageOf } from '../errors.ts';
import { type Verb, verbs } from '../settings/definitions.ts';
import type { Outputs } from '../settings/outputs.ts';
import { readSettings } from '../settings/settings.ts';
import { runVerb } from '../verbs/index.ts';
import { addFlags, readFlags } from './flags.ts';
import { addLocalCommands, addLocalFlags, releaseLocally } from './local.ts';
import { TerminalReporter } from './terminal-reporter.ts';

const descriptions: Readonly<Record<Verb, string>> = {
  init: 'detect the language and write a Dockerfile',
  build: 'build the images and make the slug',
  release: 'build, and release the slug to Heroku',
};

const usageError = 2;

/** The command line: flags in, `name=value` lines on standard output, everything else on standard error. */
async function main(): Promise<void> {
  const reporter = new TerminalReporter();
  const signal = cancelOnSignal();
  const program = new Command('heroku-docker')
    .description('From an app’s folder to a running Heroku release through Docker.')
    .exitOverride();
  for (const verb of verbs) {
    const command = program.command(verb).description(descriptions[verb]);
    addFlags(command, verb);
    if (verb === 'release') addLocalFlags(command);
    command.action(async () => {
      printOutputs(await run(verb, command, reporter, signal));
    });
  }
  addLocalCommands(program, reporter, signal);
  try {
    await program.parseAsync();
  } catch (error) {
    fail(error, reporter);
  }
}

async function run(
  verb: Verb,
  command: Command,
  reporter: TerminalReporter,
  signal: AbortSignal,
): Promise<Outputs> {
  const settings = readSettings(readFlags(verb, command), process.env);
  for (const secret of [settings.apiKey, ...Object.values(settings.secrets)]) {
    if (secret !== undefined) reporter.secret(secret);
  }
  const context = { settings, reporter, signal, environment: process.env };
  return command.opts()['local'] ? releaseLocally(context, command) : runVerb(context);
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
