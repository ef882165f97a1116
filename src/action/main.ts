import * as core from '@actions/core';
import { cancelOnSignal } from '../cancellation.ts';
import { DeployError, messageOf } from '../errors.ts';
import { readSettings } from '../settings/settings.ts';
import { runVerb } from '../verbs/index.ts';
import { RunnerReporter } from './runner-reporter.ts';
import { writeSummary } from './summary.ts';

/** The action: inputs from the runner, the verb, outputs and a summary back to it. */
async function main(): Promise<void> {
  const reporter = new RunnerReporter();
  const signal = cancelOnSignal();
  maskToken(reporter);
  try {
    reporter.appFolder = core.getInput('working-directory');
    const settings = readSettings((name) => core.getInput(name), process.env);
    for (const value of Object.values(settings.secrets)) reporter.secret(value);
    const outputs = await runVerb({ settings, reporter, signal, environment: process.env });
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
    await writeSummary(settings, outputs, reporter.phases);
  } catch (error) {
    fail(error, reporter);
  }
}

/** Before anything else can show it. */
function maskToken(reporter: RunnerReporter): void {
  for (const token of [core.getInput('api-key'), process.env['HEROKU_API_KEY']]) {
    if (token) reporter.secret(token);
  }
}

function fail(error: unknown, reporter: RunnerReporter): void {
  process.exitCode = 1;
  if (error instanceof DeployError) {
    reporter.error(`${error.message}\n${error.remedy}`, error.location);
    return;
  }
  reporter.error(
    `This is a defect of heroku-docker-release, please report it: ${messageOf(error)}`,
  );
  if (error instanceof Error && error.stack) reporter.info(error.stack);
}

await main();
// Nothing is under way any more but what cannot be ended, such as a Docker client that hangs.
process.exit();
