import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployError, messageOf, type SourceLocation } from '../errors.ts';
import { withTemporaryFolder } from '../temporary.ts';
import { runDocker } from './command.ts';
import { dynoPlatform } from './image.ts';
import { labelArguments } from './labels.ts';

/** One run of the builder. */
export interface BuildRequest {
  /** Absolute path of the build context. */
  readonly context: string;
  /** Path of the Dockerfile, or its text. */
  readonly dockerfile: { readonly path: string } | { readonly text: string };
  readonly tag: string;
  readonly builder: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Build secrets: id to value. They reach the builder through the environment. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Builds an image with BuildKit and returns its id, which no other job on the same engine can
 * move to another image as it could a tag.
 * @throws DeployError with the builder's last lines and, where it named one, the Dockerfile's line.
 */
export async function buildImage(request: BuildRequest): Promise<string> {
  return withTemporaryFolder(async (folder) => {
    const idFile = join(folder, 'image-id');
    const secrets = secretArguments(request.secrets);
    try {
      await runDocker(
        [
          ...['buildx', 'build', '--builder', request.builder, '--load', '--progress', 'plain'],
          // An attestation would make the image an index, whose id is not the image's.
          ...['--platform', dynoPlatform, '--provenance', 'false', '--sbom', 'false'],
          ...['--iidfile', idFile, '--tag', request.tag, ...labelArguments()],
          ...Object.entries(request.buildArguments).flatMap(([name, value]) => [
            '--build-arg',
            `${name}=${value}`,
          ]),
          ...secrets.args,
          ...request.cacheFrom.flatMap((cache) => ['--cache-from', cache]),
          ...request.cacheTo.flatMap((cache) => ['--cache-to', cache]),
          ...['--file', 'path' in request.dockerfile ? request.dockerfile.path : '-'],
          request.context,
        ],
        {
          signal: request.signal,
          onLine: request.onLine,
          environment: secrets.environment,
          ...('text' in request.dockerfile && { input: request.dockerfile.text }),
        },
      );
    } catch (error) {
      request.signal.throwIfAborted();
      throw buildFailed(error);
    }
    return (await readFile(idFile, 'utf8')).trim();
  });
}

function secretArguments(secrets: Readonly<Record<string, string>>) {
  const environment: Record<string, string> = {};
  const args = Object.entries(secrets).flatMap(([id, value], index) => {
    const variable = `HEROKU_DOCKER_SECRET_${index}`;
    environment[variable] = value;
    return ['--secret', `id=${id},env=${variable}`];
  });
  return { args, environment };
}

function buildFailed(error: unknown): DeployError {
  const said = messageOf(error);
  if (/no space left on device/i.test(said)) {
    return new DeployError(
      `The build ran out of disk space.\n${said}`,
      'Free space on the machine that runs Docker (docker system prune), or use a larger runner.',
      { cause: error },
    );
  }
  const location = blamedLine(said);
  return new DeployError(
    `The image does not build.\n${said}`,
    'Mend what the builder names above; "docker build ." in the app’s folder shows the same.',
    { cause: error, ...(location && { location }) },
  );
}

/** BuildKit names the failing instruction as `Dockerfile:12` on a line of its own. */
function blamedLine(output: string): SourceLocation | undefined {
  const [, file, line] = /^(\S+):(\d+)$/m.exec(output) ?? [];
  return file && line ? { file, line: Number(line) } : undefined;
}
