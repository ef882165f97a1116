import { readBuildIgnore } from '../../app/build-ignore.ts';
import { type SlugIgnore, slugIgnoreName } from '../../app/slugignore.ts';
import type { Reporter } from '../../reporter.ts';
import type { Context } from '../context.ts';

/** What no build takes from the app's folder, in the language of `.dockerignore`; says what `.slugignore` does. */
export async function readIgnored({
  settings,
  reporter,
}: Pick<Context, 'settings' | 'reporter'>): Promise<string> {
  const { workingDirectory, dockerfile } = settings;
  const { text, slugIgnore } = await readBuildIgnore(workingDirectory, dockerfile);
  if (slugIgnore !== undefined) tell(slugIgnore, reporter);
  return text;
}

function tell({ patterns, paths }: SlugIgnore, reporter: Reporter): void {
  reporter.info(
    `${slugIgnoreName}: ${counted(patterns.length, 'pattern')} applied, ${counted(paths.length, 'file or folder', 'files and folders')} kept out of the build`,
  );
  for (const { text, line } of patterns.filter(({ text }) => text.startsWith('!'))) {
    reporter.warning(`"${text}" brings nothing back: ${slugIgnoreName} knows no "!".`, {
      file: slugIgnoreName,
      line,
    });
  }
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
