import { checkConfigVarNames, parseConfigVars, readConfigFile } from '../../app/config-vars.ts';
import { readEnvFile, secretValues } from '../../app/env-file.ts';
import { DeployError } from '../../errors.ts';
import type { HerokuClient } from '../../heroku/client.ts';
import { readConfigVars } from '../../heroku/config-vars.ts';
import type { Reporter } from '../../reporter.ts';
import type { Context } from '../context.ts';

/**
 * The variables of the app's `.env`. What goes through the reporter shows none of their values from
 * here on; a command with this process's own streams writes what it likes.
 */
export async function readVariables({
  settings,
  reporter,
}: Pick<Context, 'settings' | 'reporter'>): Promise<Readonly<Record<string, string>>> {
  const { variables, problems } = await readEnvFile(settings.workingDirectory, settings.envFile);
  for (const { message, location } of problems) reporter.warning(message, location);
  return masked(reporter, variables);
}

/** The config vars of an app at Heroku, masked likewise. */
export async function readAppVariables(
  { reporter }: Pick<Context, 'reporter'>,
  client: HerokuClient,
  app: string,
): Promise<Readonly<Record<string, string>>> {
  return masked(reporter, await readConfigVars(client, app));
}

/**
 * What the run is to make of the apps' config vars, masked likewise: `config-vars` over `config-file`,
 * and `null` for those to be removed.
 * @throws DeployError with the line of what cannot be read, and on one that is to be set and removed.
 */
export async function readConfigVarChanges({
  settings,
  reporter,
  environment,
}: Pick<Context, 'settings' | 'reporter' | 'environment'>): Promise<
  Readonly<Record<string, string | null>>
> {
  const { workingDirectory, configFile, configVars, unsetConfigVars } = settings;
  checkConfigVarNames('unset-config-vars', unsetConfigVars);
  const fromFile =
    configFile === undefined ? {} : await readConfigFile(workingDirectory, configFile, environment);
  const set = masked(reporter, { ...fromFile, ...parseConfigVars(configVars, environment) });
  const both = unsetConfigVars.find((name) => Object.hasOwn(set, name));
  if (both !== undefined) {
    throw new DeployError(
      `The config var ${both} is both to be set and to be removed.`,
      'Take it out of "unset-config-vars", or out of "config-vars" and "config-file".',
    );
  }
  return { ...set, ...Object.fromEntries(unsetConfigVars.map((name) => [name, null])) };
}

function masked(reporter: Reporter, variables: Readonly<Record<string, string>>) {
  for (const value of secretValues(variables)) reporter.secret(value);
  return variables;
}
