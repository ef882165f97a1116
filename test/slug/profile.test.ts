import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { profileScript } from '../../src/slug/profile.ts';

const stackPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a dyno's process gets, whose bash sources `script` with `environment` set: variables and folder. */
function sourced(script: string | undefined, environment: Record<string, string> = {}) {
  const path = join(folder, 'script.sh');
  writeFileSync(path, script ?? '');
  const command = `source ${path} && exec ${process.execPath} -e 'process.stdout.write(JSON.stringify({env: process.env, cwd: process.cwd()}))'`;
  const out = execFileSync('/bin/bash', ['-c', command], {
    env: { PATH: stackPath, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(out) as { env: Record<string, string>; cwd: string };
}

function profileOf(
  imageEnvironment: string[],
  stackEnvironment = [`PATH=${stackPath}`],
  workingDirectory = '',
) {
  return profileScript({ imageEnvironment, stackEnvironment, workingDirectory });
}

const value = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'"$`\\}{\'!\n\r\t ;&|<>*?[]()#~=:-ab') }),
);
const clean = value.map((text) => text.replaceAll('\0', '').toWellFormed());
const name = fc
  .stringMatching(/^[A-Z][A-Z0-9_]{2,8}$/)
  .filter(
    (text) =>
      profileOf([`${text}=x`]).variables.includes(text) &&
      !/^(PATH|BASH_ENV|ENV|NODE_.*|LD_.*|POSIXLY_CORRECT)$/.test(text),
  );

describe('the profile script', () => {
  it('sets any value as it is, and leaves what a config var has set', () => {
    fc.assert(
      fc.property(name, clean, clean, fc.boolean(), (key, ofImage, ofConfig, isSet) => {
        const { script } = profileOf([`${key}=${ofImage}`]);
        const { env } = sourced(script, isSet ? { [key]: ofConfig } : {});
        expect(env[key]).toBe(isSet && ofConfig !== '' ? ofConfig : ofImage);
      }),
      { numRuns: 150 },
    );
  });

  it('goes to any WORKDIR below /app', () => {
    fc.assert(
      fc.property(clean, (text) => {
        const part = text.replaceAll('/', '') || 'x';
        fc.pre(part !== '.' && part !== '..' && Buffer.byteLength(part) < 200);
        // Where /app is cannot be chosen, so the script's own path is moved below the test's folder.
        const { script = '' } = profileOf([], [], `/app/${part}`);
        mkdirSync(join(folder, 'app', part), { recursive: true });
        const { cwd } = sourced(script.replace("cd '/app", `cd '${folder}/app`));
        expect(cwd).toBe(join(folder, 'app', part));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['', undefined],
    ['/', undefined],
    ['/app', undefined],
    ['/app/', undefined],
    ['/app/web/..', undefined],
    ['/srv', '/srv'],
    ['/application', '/application'],
    ['/app/../srv', '/srv'],
  ])('needs no cd for WORKDIR %j, and reports it as lost: %j', (workingDirectory, lost) => {
    const profile = profileOf([], [], workingDirectory);
    expect(profile).toMatchObject({ script: undefined, lostWorkingDirectory: lost });
  });

  it('puts the image’s own PATH entries around the dyno’s', () => {
    const ofImage = `/app/bin:/app/$x "y":${stackPath}:/app/last`;
    const { script } = profileOf([`PATH=${ofImage}`]);
    const { env } = sourced(script, { PATH: `/config:${stackPath}` });
    expect(env['PATH']).toBe(`/app/bin:/app/$x "y":/config:${stackPath}:/app/last`);
  });

  it('puts an entry in the midst of the stack’s before them, since it hid some of them', () => {
    const { script } = profileOf(['PATH=/usr/local/bin:/app/bin:/bin']);
    expect(sourced(script).env['PATH']).toBe(`/app/bin:${stackPath}`);
  });

  it('says nothing where image and stack are the same', () => {
    const environment = [`PATH=${stackPath}`, 'LANG=C.UTF-8'];
    expect(profileOf(environment, environment).script).toBeUndefined();
  });

  it('changes what the stack has set to what the image has, unless a config var did', () => {
    const { script } = profileOf(['LANG=de_DE.UTF-8'], ['LANG=C.UTF-8']);
    expect(sourced(script, { LANG: 'C.UTF-8' }).env['LANG']).toBe('de_DE.UTF-8');
    expect(sourced(script, { LANG: 'fr_FR.UTF-8' }).env['LANG']).toBe('fr_FR.UTF-8');
  });

  it('sets HOSTNAME and TERM over what bash and the container make up', () => {
    const { script } = profileOf(['HOSTNAME=0.0.0.0', 'TERM=xterm']);
    expect(sourced(script).env).toMatchObject({ HOSTNAME: '0.0.0.0', TERM: 'xterm' });
    expect(sourced(script, { HOSTNAME: hostname() }).env['HOSTNAME']).toBe('0.0.0.0');
    expect(sourced(script, { HOSTNAME: '::' }).env['HOSTNAME']).toBe('::');
  });

  it('leaves PORT, HOME and DYNO to the platform', () => {
    const profile = profileOf(['PORT=3000', 'HOME=/root', 'DYNO=web.9', 'A=1']);
    expect(profile).toMatchObject({ variables: ['A'], skipped: [] });
  });

  it('reports names that bash cannot export, or keeps for itself', () => {
    const profile = profileOf(['my.setting=1', '1A=1', 'a-b=1', 'UID=5', 'RANDOM=4', 'OK=1']);
    expect(profile.variables).toEqual(['OK']);
    expect(profile.skipped).toEqual(['my.setting', '1A', 'a-b', 'UID', 'RANDOM']);
    expect(sourced(profile.script).env['OK']).toBe('1');
  });
});
