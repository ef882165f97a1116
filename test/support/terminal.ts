import { spawn } from 'node:child_process';

/** What a program did on a terminal. */
export interface Session {
  readonly exitCode: number | null;
  /** All that was on the screen, with the terminal's line breaks. */
  readonly screen: string;
}

/** Gives a program a new terminal, and passes its exit code on (Python's documentation, "pty"). */
const giveTerminal =
  'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/**
 * Runs a program on a terminal of its own.
 * @param onScreen is told the screen each time it changes, with a way to press keys.
 */
export async function runOnTerminal(
  command: readonly string[],
  onScreen: (screen: string, press: (keys: string) => void) => void,
): Promise<Session> {
  const child = spawn('python3', ['-c', giveTerminal, ...command]);
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    onScreen(screen, (keys) => child.stdin.write(keys));
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { exitCode, screen };
}
