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
    const settings = readSettings((name) => core.getInput(name), process.env);
    for (const value of Object.values(settings.secrets)) reporter.secret(value);
    const outputs = await runVerb({ settings, reporter, signal, environment: process.env });
    for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
    await writeSummary(settings, outputs, reporter.phases);
  } catch (error) {
    fail(error);
  }
}

/** Before anything else can show it. */
function maskToken(reporter: RunnerReporter): void {
  for (const token of [core.getInput('api-key'), process.env['HEROKU_API_KEY']]) {
    if (token) reporter.secret(token);
  }
}

function fail(error: unknown): void {
  process.exitCode = 1;
  if (error instanceof DeployError) {
    const { file, line } = error.location ?? {};
    core.error(`${error.message}\n${error.remedy}`, {
      title: 'heroku-docker-release',
      ...(file !== undefined && { file }),
      ...(line !== undefined && { startLine: line }),
    });
    return;
  }
  core.error(`This is a defect of heroku-docker-release, please report it: ${messageOf(error)}`);
  if (error instanceof Error && error.stack) core.info(error.stack);
}

await main();
