import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import {
  addExecArguments,
  addFlags,
  addStartArguments,
  flagName,
  readFlags,
} from '../../src/cli/flags.ts';
import { definitionOf, settingNames, type Verb, verbs } from '../../src/settings/definitions.ts';
import { readSettings } from '../../src/settings/settings.ts';

function parse(verb: Verb, ...args: string[]) {
  const command = new Command(verb).exitOverride().configureOutput({ writeErr: () => {} });
  addFlags(command, verb);
  command.parse(args, { from: 'user' });
  return { command, raw: readFlags(verb, command) };
}

describe('the flags of a verb', () => {
  test.each(verbs)('are the settings that %s heeds, and no others', (verb) => {
    const { command } = parse(verb);
    const heeded = settingNames.filter(
      (name) => name !== 'command' && definitionOf(name).verbs.includes(verb),
    );
    expect(command.options.map((option) => option.long)).toEqual(
      heeded.map((name) => `--${flagName(name)}`),
    );
  });

  test('that it does not heed are refused, not ignored', () => {
    expect(() => parse('init', '--app', 'shop')).toThrow(/unknown option '--app'/);
  });

  test('give the same settings as the action’s inputs', () => {
    const { raw } = parse(
      'release',
      ...['--app', 'shop', '--app=shop-eu', '--build-args', 'A=1', '--build-args', 'B=-2'],
      ...['--exclude', 'docs', '--slug-path', 'slug.tgz', '--stack-image=x/y:1', '--dry-run'],
    );
    expect(readSettings(raw, {})).toEqual(
      readSettings(
        (name) =>
          ({
            app: 'shop\nshop-eu',
            'build-args': 'A=1\nB=-2',
            exclude: 'docs',
            'slug-path': 'slug.tgz',
            'stack-image': 'x/y:1',
            'dry-run': 'true',
          })[name as string] ?? '',
        {},
      ),
    );
  });

  test.each(verbs)('leave everything else at its default: %s', (verb) => {
    const settings = readSettings(parse(verb).raw, {});
    expect(settings).toEqual({ ...readSettings(() => '', {}), command: verb });
  });

  test('are explained in --help, with what they take and what holds otherwise', () => {
    const help = parse('release').command.configureHelp({ helpWidth: 1000 }).helpInformation();
    expect(help).toMatch(/--procfile <file> +The Procfile, .*default: Procfile\b/im);
    expect(help).toMatch(/--exclude <pattern> .*default: \.git, \.heroku\b/im);
    expect(help).toMatch(/--api-key <token> .*default: HEROKU_API_KEY\.$/im);
    expect(help).toMatch(/--dry-run +Do everything but change Heroku\.$/m);
    expect(help).not.toContain('`');
  });
});

describe('words after a verb', () => {
  function run(verb: Verb, ...args: string[]): string {
    const program = new Command().enablePositionalOptions().exitOverride();
    const command = program.command(verb);
    addFlags(command, verb);
    (verb === 'exec' ? addExecArguments : addStartArguments)(command);
    program.parse([verb, ...args], { from: 'user' });
    return readSettings(readFlags(verb, command), {}).run;
  }

  test('are the command of exec, with options of its own', () => {
    expect(run('exec', '--image', 'app', 'npm', 'install', '--image', "it's")).toBe(
      `'npm' 'install' '--image' 'it'\\''s'`,
    );
  });

  test('are in the shell’s language where there is but one', () => {
    expect(run('exec', 'echo "$HOME" | wc')).toBe('echo "$HOME" | wc');
    expect(run('exec', '--run', 'one', '--run', 'two')).toBe('one\ntwo');
  });

  test('are not taken beside --run', () => {
    expect(() => run('exec', '--run', 'one', 'two')).toThrow('What to run is named twice.');
  });

  test('are the process types of start', () => {
    expect(run('start', '--port', '8080', 'web', 'worker', '--detach')).toBe('web\nworker');
    expect(run('start')).toBe('');
  });
});
