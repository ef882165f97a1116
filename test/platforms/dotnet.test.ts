import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeployError } from '../../src/errors.ts';
import { dotnet } from '../../src/platforms/dotnet/index.ts';
import { detectPlatform } from '../../src/platforms/index.ts';
import { makeApp, manifestText, refusalOf } from './app.ts';
import { dockerfileFor, instructionsOf, triggersOf } from './dockerfile.ts';

type Files = Readonly<Record<string, string>>;

interface ProjectText {
  readonly sdk?: string;
  readonly properties?: Files;
  readonly items?: string;
}

/** The text of a project file. */
function project({ sdk = 'Microsoft.NET.Sdk.Web', properties = {}, items = '' }: ProjectText = {}) {
  const all = Object.entries({ TargetFramework: 'net10.0', ...properties });
  const group = all.map(([name, value]) => `    <${name}>${value}</${name}>`).join('\n');
  return `<Project Sdk="${sdk}">\n  <PropertyGroup>\n${group}\n  </PropertyGroup>\n${items}</Project>\n`;
}

const reference = (path: string) =>
  `  <ItemGroup><ProjectReference Include="${path}" /></ItemGroup>\n`;

const solutionLine = (path: string) =>
  `Project("{FAE04EC0-301F-11D3-BF4B-00C04F79EFBC}") = "A", "${path}", "{8C28B63A-F94D-4A0B-A2B0-6DC6E1B88264}"\nEndProject\n`;

const plan = (files: Files) => dotnet.plan(makeApp(files));
const processesOf = (files: Files) => dotnet.defaultProcessTypes(makeApp(files));
const sdkOf = (files: Files) => / SDK (\S+)/.exec(plan(files).summary)?.[1];

describe('an app is .NET’s', () => {
  it.each(['app.sln', 'app.slnx', 'app.csproj', 'app.fsproj', 'app.vbproj', 'app.cs'])(
    'that has %s',
    (name) => {
      expect(detectPlatform(makeApp({ [name]: '' })).name).toBe('dotnet');
    },
  );

  it('whose assets are built with Node.js', () => {
    const app = makeApp({ 'app.csproj': project(), 'package.json': manifestText() });
    expect(detectPlatform(app).name).toBe('dotnet');
  });

  it('but not where the projects are deeper and nothing says which', () => {
    expect(dotnet.detect(makeApp({ 'src/app.csproj': project() }))).toBe(false);
  });
});

describe('what is published', () => {
  it('is the solution, else the project, else the file', () => {
    const files = { 'app.cs': '', 'app.csproj': project() };
    expect(plan({ ...files, 'app.sln': solutionLine('app.csproj') }).reason).toMatch(/^app\.sln /);
    expect(plan(files).reason).toMatch(/^app\.csproj /);
    expect(plan({ 'app.cs': '' }).reason).toMatch(/^app\.cs /);
  });

  it('is for the user to say where there are two of a kind', () => {
    const error = refusalOf(() => plan({ 'a.csproj': project(), 'b.csproj': project() }));
    expect(error.message).toContain('has a.csproj and b.csproj');
  });

  it('names projects that have to be there', () => {
    const error = refusalOf(() => plan({ 'app.sln': solutionLine('src\\app.csproj') }));
    expect(error.message).toContain('There is no src/app.csproj');
  });

  it('is XML', () => {
    const error = refusalOf(() => plan({ 'app.csproj': '<Project><a></Project>' }));
    expect(error.message).toMatch(/^app\.csproj is no XML: /);
  });
});

describe('the SDK', () => {
  it('is the newest for the framework', () => {
    const { summary, reason, warnings } = plan({ 'app.csproj': project() });
    expect(summary).toMatch(/^app\.csproj with the \.NET SDK 10\.0\.\d+$/);
    expect(reason).toContain('(app.csproj is for net10.0)');
    expect(warnings).toEqual([]);
  });

  it('is for the newest framework of a solution', () => {
    const files = {
      'app.slnx':
        '<Solution><Folder Name="/src/"><Project Path="a/a.csproj" /></Folder><Project Path="b/b.csproj" /></Solution>',
      'a/a.csproj': project({ properties: { TargetFramework: 'net8.0' } }),
      'b/b.csproj': project({ properties: { TargetFramework: 'net10.0' } }),
    };
    expect(plan(files).reason).toContain('b/b.csproj is for net10.0');
  });

  it('takes the framework from Directory.Build.props too', () => {
    const files = {
      'app.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
      'Directory.Build.props': project({ sdk: '', properties: { TargetFramework: 'net9.0' } }),
    };
    expect(sdkOf(files)).toMatch(/^9\.0\./);
  });

  it.each([
    ['10.0.100', undefined, '10.0.105'],
    ['10.0.100', 'latestPatch', '10.0.105'],
    ['10.0.100', 'latestFeature', '10.0.302'],
    ['9.0.100', 'feature', '9.0.316'],
    ['9.0.100', 'latestMinor', '9.0.316'],
    ['8.0.100', 'latestMajor', '10.0.302'],
    ['9.0.312', 'disable', '9.0.312'],
  ])('that global.json asks for with %s and %s is %s', (version, rollForward, expected) => {
    const text = `{ // chosen in spring\n "sdk": ${JSON.stringify({ version, rollForward })} }`;
    expect(sdkOf({ 'app.csproj': project(), 'global.json': text })).toBe(expected);
  });

  it('is the framework’s where global.json names none', () => {
    expect(sdkOf({ 'app.csproj': project(), 'global.json': '{}' })).toMatch(/^10\./);
  });

  it('that is not known is refused with the nearest', () => {
    const global = '{ "sdk": { "version": "8.0.999", "rollForward": "disable" } }';
    const error = refusalOf(() => plan({ 'app.csproj': project(), 'global.json': global }));
    expect(error.message).toContain('global.json asks for the SDK 8.0.999 (disable), but no such');
    expect(error.message).toContain('the nearest is 8.0.423');
    expect(error.location).toEqual({ file: 'global.json' });
  });

  it.each([
    ['{', 'global.json is not JSON'],
    ['{ "sdk": { "version": "10" } }', 'version "10" with rollForward "patch" is none'],
    [
      '{ "sdk": { "version": "10.0.100", "rollForward": "newest" } }',
      'with rollForward "newest" is none',
    ],
  ])('is refused where global.json is %s', (text, message) => {
    const error = refusalOf(() => plan({ 'app.csproj': project(), 'global.json': text }));
    expect(error.message).toContain(message);
  });

  it.each([
    ['net10.0-windows', 'runs on no dyno'],
    ['netcoreapp3.1', 'runs on no dyno'],
  ])('is refused for %s', (TargetFramework, message) => {
    const error = refusalOf(() =>
      plan({ 'app.csproj': project({ properties: { TargetFramework } }) }),
    );
    expect(error.message).toContain(message);
  });

  it('that gets no security fixes any more is warned of', () => {
    const files = { 'app.csproj': project({ properties: { TargetFramework: 'net8.0' } }) };
    expect(plan(files).warnings).toEqual([
      {
        message: expect.stringContaining('.NET 8 gets no security fixes'),
        location: { file: 'app.csproj' },
      },
    ]);
  });
});

describe('process types', () => {
  it('of a web app are one, which is called so', () => {
    expect(processesOf({ 'Shop.csproj': project() })).toEqual({
      web: 'cd bin/publish; ./Shop --urls http://*:$PORT',
    });
  });

  it('of a solution are those of its programs, and not of its libraries', () => {
    const files = {
      'app.sln': [
        'web\\Shop.csproj',
        'jobs\\My.Job_1.csproj',
        'clock/Clock.csproj',
        'lib/Lib.csproj',
      ]
        .map(solutionLine)
        .join(''),
      'web/Shop.csproj': project({ properties: { AssemblyName: 'My Shop' } }),
      'jobs/My.Job_1.csproj': project({
        sdk: 'Microsoft.NET.Sdk',
        properties: { OutputType: 'Exe' },
      }),
      'clock/Clock.csproj': project({ sdk: 'Microsoft.NET.Sdk.Worker' }),
      'lib/Lib.csproj': project({ sdk: 'Microsoft.NET.Sdk' }),
    };
    expect(processesOf(files)).toEqual({
      web: "cd web/bin/publish; ./'My Shop' --urls http://*:$PORT",
      'my-job-1': 'cd jobs/bin/publish; ./My.Job_1',
      clock: 'cd clock/bin/publish; ./Clock',
    });
  });

  it('have names of their own where there is more than one web app', () => {
    const files = {
      'app.sln': ['a/a.csproj', 'b/b.csproj'].map(solutionLine).join(''),
      'a/a.csproj': project(),
      'b/b.csproj': project(),
    };
    expect(Object.keys(processesOf(files))).toEqual(['a', 'b']);
  });

  it('of a single file follow its first lines', () => {
    expect(processesOf({ 'app.cs': '#:sdk Microsoft.NET.Sdk.Web\n' })).toEqual({
      web: 'cd bin/publish; ./app --urls http://*:$PORT',
    });
    expect(processesOf({ 'app.cs': '' })).toEqual({ app: 'cd bin/publish; ./app' });
  });

  it('are none where the files cannot be understood', () => {
    const pieces = fc.constantFrom(
      '<Project>',
      '</Project>',
      '<',
      '"',
      '<PropertyGroup>',
      '&',
      'a',
    );
    const texts = fc.array(pieces).map((all) => all.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(processesOf({ 'app.csproj': text })).toEqual({});
        expect(() => processesOf({ 'app.slnx': text })).not.toThrow();
      }),
      { numRuns: 30 },
    );
    expect(processesOf({ 'a.csproj': '', 'b.csproj': '' })).toEqual({});
  });
});

const triggers = (files: Files) => triggersOf(dockerfileFor(files));
const options = '--runtime linux-x64 --artifacts-path /tmp/build';
const sdk = 'PATH=/opt/dotnet:$'.concat('{PATH} /opt/dotnet/dotnet');

describe('the Dockerfile', () => {
  it('restores from the projects, and publishes the source', () => {
    const files = {
      'app.sln': solutionLine('web\\web.csproj'),
      'global.json': '{}',
      'Directory.Packages.props': '<Project />',
      'nuget.config': '<configuration />',
      'web/web.csproj': project({ items: reference('..\\lib\\lib.csproj') }),
      'web/packages.lock.json': '{}',
      'lib/lib.csproj': project({ sdk: 'Microsoft.NET.Sdk' }),
    };
    expect(triggers(files)).toEqual([
      'COPY --chown=1000:1000 app.sln Directory.Packages.props global.json nuget.config ./',
      'COPY --chown=1000:1000 lib/lib.csproj ./lib/',
      'COPY --chown=1000:1000 web/web.csproj web/packages.lock.json ./web/',
      `RUN ${sdk} restore app.sln ${options}`,
      'COPY --chown=1000:1000 . ./',
      `RUN ${sdk} publish app.sln ${options} -p:PublishDir=bin/publish`,
    ]);
  });

  it.each<[string, Files]>([
    ['its one file says what they are', { 'app.cs': '' }],
    [
      'a project takes in other files',
      { 'app.csproj': project({ items: '<Import Project="build/all.props" />' }) },
    ],
    ['there is a space in the name of a project', { 'my app.csproj': project() }],
    ['it has tools of its own', { 'app.csproj': project(), '.config/dotnet-tools.json': '{}' }],
  ])('has the source first because %s', (because, files) => {
    expect(dockerfileFor(files)).toContain(`It comes before its dependencies, because ${because}.`);
    expect(triggers(files)).toHaveLength(2);
  });

  it('gives the dyno the runtime, and not the SDK', () => {
    const base = instructionsOf(dockerfileFor({ 'app.csproj': project() })).join('\n');
    expect(base).toContain(
      'dotnet host shared LICENSE.txt ThirdPartyNotices.txt /app/heroku/dotnet/',
    );
    expect(base).toContain('--directory=/opt/dotnet');
    expect(base).toContain('DOTNET_ROOT=/app/heroku/dotnet');
  });

  it('leaves the runtime to a program that brings its own', () => {
    const files = { 'app.csproj': project({ properties: { SelfContained: 'true' } }) };
    expect(dockerfileFor(files)).not.toContain('/app/heroku/dotnet');
  });

  it('stops with nothing but what its user can mend, whatever a project file says', () => {
    const values = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(values, values, (framework, assembly) => {
        const properties = { TargetFramework: framework, AssemblyName: assembly };
        try {
          plan({ 'app.csproj': project({ properties }) });
        } catch (error) {
          expect(error).toBeInstanceOf(DeployError);
        }
      }),
      { numRuns: 50 },
    );
  });
});
