import type { Dockerfile, Step } from '../app/dockerfile.ts';
import type { ProcessTypes } from '../app/procfile.ts';
import type { Profile } from '../slug/profile.ts';
import type { Loss } from './loss.ts';

/** What the Dockerfile says and a dyno does not heed. */
export function lostInstructions(
  { steps }: Pick<Dockerfile, 'steps'>,
  processTypes: ProcessTypes,
  profile: Pick<Profile, 'lostWorkingDirectory' | 'skipped'>,
): Loss[] {
  const last = (keyword: string) => steps.findLast((step) => step.keyword === keyword);
  return [
    lostWorkingDirectory(last('WORKDIR'), profile.lostWorkingDirectory),
    lostVariables(steps, profile.skipped),
    lostUser(last('USER')),
    ...lostCommands(last('ENTRYPOINT'), last('CMD'), processTypes),
  ].filter((loss) => loss !== undefined);
}

function lostWorkingDirectory(step: Step | undefined, folder: string | undefined) {
  if (folder === undefined) return undefined;
  return {
    message: `WORKDIR ${folder} is outside /app, so the dyno starts in /app instead.`,
    line: step?.line,
  };
}

function lostVariables(steps: readonly Step[], names: readonly string[]): Loss | undefined {
  if (names.length === 0) return undefined;
  const setsOne = ({ keyword, text }: Step) =>
    keyword === 'ENV' && names.some((name) => text.includes(name));
  return {
    message: `A dyno's shell cannot set ${names.join(', ')} as ENV does; they are left out.`,
    line: steps.findLast(setsOne)?.line,
  };
}

/** Root builds, and the stack's own user is the dyno's in all but its name. */
const usualUser = /^(?:(?:root|0|heroku|1000)(?::(?:root|0|heroku|1000))?)?$/;

function lostUser(step: Step | undefined): Loss | undefined {
  if (step === undefined || usualUser.test(step.text)) return undefined;
  return {
    message: `USER ${step.text} does not hold on a dyno, where processes and the files of /app are the dyno's own user's.`,
    line: step.line,
  };
}

/** A command that the Procfile has anyway is not lost. */
function lostCommands(
  entrypoint: Step | undefined,
  cmd: Step | undefined,
  processTypes: ProcessTypes,
): (Loss | undefined)[] {
  const commands = Object.values(processTypes).map(oneSpaced);
  const start = commandLine(entrypoint);
  const rest = commandLine(cmd);
  const hasStart =
    start === '' || commands.some((command) => `${command} `.startsWith(`${start} `));
  const hasRest =
    rest === '' || commands.includes(rest) || commands.includes(`${start} ${rest}`.trim());
  return [
    hasStart
      ? undefined
      : {
          message: `A dyno does not run ENTRYPOINT ${start}: begin the Procfile's commands with it where they need it.`,
          line: entrypoint?.line,
        },
    hasRest
      ? undefined
      : {
          message: `A dyno does not run CMD ${rest}, and no process type has that command: name it in the Procfile.`,
          line: cmd?.line,
        },
  ];
}

/** `["node", "server.js"]` as the shell has it, `node server.js`; empty where there is none. */
function commandLine(step: Step | undefined): string {
  const text = step?.text ?? '';
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) ? oneSpaced(words.join(' ')) : oneSpaced(text);
  } catch {
    return oneSpaced(text);
  }
}

function oneSpaced(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
