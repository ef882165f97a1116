import { posix } from 'node:path';
import { DeployError } from '../../errors.ts';
import { quoteForShell } from '../../shell-word.ts';
import type { AppFolder, Platform, TemplateValues } from '../platform.ts';
import { runMounts } from '../run-instruction.ts';
import { runtimeValues } from '../runtime.ts';
import { type AppSource, candidates, readAppSource } from './app-source.ts';
import { manifestCopies, whySourceFirst } from './manifests.ts';
import type { Project } from './project.ts';
import { chooseSdkVersion, type SdkVersion } from './version.ts';

/** .NET, published as Heroku's buildpack does it (buildpacks-dotnet, dotnet_sdk_command.rs). */
export const dotnet: Platform = {
  name: 'dotnet',
  detect: (app) => candidates(app).length > 0,
  plan(app) {
    const source = readAppSource(app);
    const version = chooseSdkVersion(app, source);
    return {
      summary: `${source.file} with the .NET SDK ${version.version}`,
      reason: `${source.file} with the .NET SDK ${version.version} (${version.reason})`,
      values: templateValues(app, source, version),
      warnings: version.warnings,
    };
  },
  defaultProcessTypes(app) {
    try {
      return processTypes(readAppSource(app).projects);
    } catch (error) {
      // An app with a Dockerfile of its own may have any projects.
      if (error instanceof DeployError) return {};
      throw error;
    }
  },
};

/** As buildpacks-dotnet has them in launch_process.rs. */
function processTypes(projects: readonly Project[]): Record<string, string> {
  const webProjects = projects.filter(({ kind }) => kind === 'web');
  const runnable = projects.filter(({ kind }) => kind !== 'library');
  return Object.fromEntries(
    runnable.map((project) => {
      const isTheWebApp = project.kind === 'web' && webProjects.length === 1;
      return [isTheWebApp ? 'web' : processName(project.assembly), commandOf(project)];
    }),
  );
}

/** `My.App_1` becomes `my-app-1`. */
function processName(assembly: string): string {
  const name = assembly
    .toLowerCase()
    .replaceAll(/[._]/g, '-')
    .replaceAll(/[^a-z0-9-]/g, '')
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'app' : name;
}

function commandOf({ path, kind, assembly }: Project): string {
  const folder = posix.join(posix.dirname(path), 'bin/publish');
  const urls = kind === 'web' ? ' --urls http://*:$PORT' : '';
  return `cd ${word(folder)}; ./${word(assembly)}${urls}`;
}

/** Quoted where the shell would not take it as it is. */
function word(text: string): string {
  return /^[\w./+-]+$/.test(text) ? text : quoteForShell(text);
}

function templateValues(app: AppFolder, source: AppSource, version: SdkVersion): TemplateValues {
  const programs = source.projects.filter(({ kind }) => kind !== 'library');
  const selfContained = programs.length > 0 && programs.every((each) => each.isSelfContained);
  const sourceFirst = whySourceFirst(app, source);
  return {
    runtime: runtimeValues({
      prefix: 'DOTNET',
      mirror: 'https://builds.dotnet.microsoft.com/dotnet/Sdk',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
      path: '${DOTNET_VERSION}/dotnet-sdk-${DOTNET_VERSION}-linux-x64.tar.gz',
      version: version.version,
      checksum: version.sha512,
      algorithm: 'sha512',
      folder: '/opt/dotnet',
      topFolder: false,
      steps: selfContained ? [] : [runtimeStep],
    }),
    runtimeFolders: selfContained ? [] : ['/app/heroku/dotnet'],
    buildFolders: ['/opt/dotnet'],
    selfContained,
    sourceFirst,
    manifests: sourceFirst === undefined && manifestCopies(app, source),
    mounts: runMounts({ cache: 'nuget' }),
    restore: sdkCommand('restore', source.file),
    publish: sdkCommand('publish', source.file, '-p:PublishDir=bin/publish'),
  };
}

const runtimeStep =
  'cd /opt/dotnet && cp --archive dotnet host shared LICENSE.txt ThirdPartyNotices.txt /app/heroku/dotnet/';

/** With the SDK's program: the one on the dyno's PATH has no SDK. */
function sdkCommand(command: string, file: string, ...options: readonly string[]): string {
  const all = ['--runtime linux-x64', '--artifacts-path /tmp/build', ...options];
  return `PATH=/opt/dotnet:\${PATH} /opt/dotnet/dotnet ${command} ${word(file)} ${all.join(' ')}`;
}
