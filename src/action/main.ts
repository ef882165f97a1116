import * as core from '@actions/core';
import { cancelOnSignal } from '../cancellation.ts';
import { DeployError, messageOf } from '../errors.ts';
import { runId } from '../run.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import { runVerb } from '../verbs/index.ts';
import { Report } from '../verbs/report.ts';
import { endInTime } from './deadline.ts';
import { saveRun, setOutputs } from './runner-files.ts';
import { RunnerReporter } from './runner-reporter.ts';
import { writeSummary } from './summary.ts';

/** The action: inputs from the runner, the verb, outputs and a summary back to it. */
async function main(): Promise<void> {
  const reporter = new RunnerReporter();
  const signal = cancelOnSignal();
  endInTime(signal, (reason) => fail(reason, reporter));
  maskTokens(reporter);
  try {
    reporter.appFolder = core.getInput('working-directory');
    const settings = readSettings((name) => core.getInput(name), process.env);
    for (const value of Object.values(settings.secrets)) reporter.secret(value);
    saveRun(runId);
    await run(settings, reporter, signal);
  } catch (error) {
    fail(error, reporter);
  }
}

/** What a run has come to is told whatever its end, so that later steps can use it. */
async function run(
  settings: Settings,
  reporter: RunnerReporter,
  signal: AbortSignal,
): Promise<void> {
  const report = new Report();
  const tell = async (failure?: unknown) => {
    const hide = (text: string) => reporter.hide(text);
    await writeSummary({ settings, report, phases: reporter.phases, failure, hide });
    setOutputs(report.outputs);
  };
  try {
    await runVerb({ settings, reporter, report, signal, environment: process.env });
  } catch (error) {
    // Docker clients that the signal ends too fail in words of their own.
    const failure = signal.aborted ? signal.reason : error;
    await tell(failure).catch((other) => reporter.warning(messageOf(other)));
    throw failure;
  }
  await tell();
}

/** Before anything else can show it. */
function maskTokens(reporter: RunnerReporter): void {
  for (const token of [
    core.getInput('api-key'),
    core.getInput('github-token'),
    process.env['HEROKU_API_KEY'],
  ]) {
    if (token) reporter.secret(token);
  }
}

function fail(error: unknown, reporter: RunnerReporter): void {
  process.exitCode = 1;
  if (error instanceof DeployError) {
    process.exitCode = error.exitCode;
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
