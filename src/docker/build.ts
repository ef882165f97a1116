import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployError, messageOf, type SourceLocation } from '../errors.ts';
import { withTemporaryFolder } from '../temporary.ts';
import { runDocker } from './command.ts';
import { EngineLostError } from './engine-lost.ts';
import { dynoPlatform } from './image.ts';
import { imageLabel, labelArguments } from './labels.ts';

/** A Dockerfile as the builder is given it. */
export interface BuildFile {
  /** What the builder calls it where it names a line. */
  readonly name: string;
  readonly text: string;
  /** What it is not to take from the context, in the language of `.dockerignore`. */
  readonly ignore: string;
}

/** The instruction at which a build failed, as the builder names it. */
export interface FailedInstruction {
  /** Counted from 1. That of an ONBUILD instruction is the line of the FROM that fired it. */
  readonly line: number;
  /** The instruction, variables filled in: `ONBUILD RUN make`; empty where nothing was run yet. */
  readonly text: string;
  /** Its number among those of its stage that make a layer, counted from 1, the image of FROM included. */
  readonly step: number | undefined;
}

/** One run of the builder. */
export interface BuildRequest {
  /** Absolute path of the build context. */
  readonly context: string;
  readonly dockerfile: BuildFile;
  readonly tag: string;
  readonly builder: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** Build secrets: id to value. They reach the builder through the environment. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
  /** Finds the place in the user's own files, for the error. */
  readonly locate: (failed: FailedInstruction) => SourceLocation | undefined;
}

/** What the builder tells of a build (`docker buildx build --metadata-file`), as far as it is read here. */
interface BuildMetadata {
  /** The manifest's, or the configuration's where the engine's image store has no manifests. */
  readonly 'containerimage.digest': string;
  readonly 'containerimage.config.digest'?: string;
}

/**
 * Builds an image with BuildKit and returns its id, which no other job on the same engine can
 * move to another image as it could a tag. Which of two digests that is depends on the engine's
 * image store: containerd's goes by the manifest, the older by the configuration.
 * @returns both, the likelier first.
 * @throws DeployError with the builder's last lines and, where it named one, the place of the instruction.
 */
export async function buildImage(request: BuildRequest): Promise<readonly string[]> {
  return withTemporaryFolder(async (folder) => {
    const { name } = request.dockerfile;
    const file = join(folder, name);
    const metadataFile = `${file}.metadata.json`;
    const failure = watchForFailure(name);
    const secrets = secretArguments(request.secrets);
    try {
      await writeFile(file, request.dockerfile.text);
      // The builder looks for it beside the Dockerfile, and then for no other.
      await writeFile(`${file}.dockerignore`, request.dockerfile.ignore);
      await runDocker(
        [
          ...['buildx', 'build', '--builder', request.builder, '--load', '--progress', 'plain'],
          // An attestation would make the image an index, whose id is not the image's.
          ...['--platform', dynoPlatform, '--provenance', 'false', '--sbom', 'false'],
          ...['--metadata-file', metadataFile, '--tag', request.tag],
          ...labelArguments({ [imageLabel]: '' }),
          ...Object.entries(request.buildArguments).flatMap(([name, value]) => [
            '--build-arg',
            `${name}=${value}`,
          ]),
          ...secrets.args,
          ...request.cacheFrom.flatMap((cache) => ['--cache-from', cache]),
          ...request.cacheTo.flatMap((cache) => ['--cache-to', cache]),
          ...['--file', file],
          request.context,
        ],
        {
          signal: request.signal,
          onLine: (line) => {
            failure.onLine(line);
            request.onLine(line);
          },
          environment: { ...secrets.environment, BUILDX_METADATA_PROVENANCE: 'disabled' },
        },
      );
    } catch (error) {
      request.signal.throwIfAborted();
      if (error instanceof EngineLostError) throw error;
      const failed = failure.instruction();
      throw buildFailed(error, failed && request.locate(failed));
    }
    const metadata = JSON.parse(await readFile(metadataFile, 'utf8')) as BuildMetadata;
    const { 'containerimage.digest': manifest, 'containerimage.config.digest': config } = metadata;
    return config === undefined ? [manifest] : [manifest, config];
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

/**
 * Takes the failing instruction out of what the builder prints, however long the instruction's own
 * lines are that it shows after its place: first ` > [3/5] RUN make:`, with its last output, then
 * `Dockerfile:12`. What commands print has a number before it, so none of them can pass for that.
 */
function watchForFailure(name: string) {
  let text = '';
  let step: number | undefined;
  let found: FailedInstruction | undefined;
  return {
    onLine(said: string): void {
      const [, number, instruction] = /^ > \[(?:\S+ )?(\d+)\/\d+\] (.*):$/.exec(said) ?? [];
      if (instruction !== undefined) [text, step] = [instruction, Number(number)];
      const line = said.startsWith(`${name}:`) ? said.slice(name.length + 1) : '';
      if (/^\d+$/.test(line)) found = { line: Number(line), text, step };
    },
    instruction: () => found,
  };
}

function buildFailed(error: unknown, location: SourceLocation | undefined): DeployError {
  const said = messageOf(error);
  if (/no space left on device/i.test(said)) {
    return new DeployError(
      `The build ran out of disk space.\n${said}`,
      'Free space on the machine that runs Docker (docker system prune), or use a larger runner.',
      { cause: error },
    );
  }
  return new DeployError(
    `The image does not build.\n${said}`,
    'Mend what the builder names above; "docker build ." in the app’s folder shows the same.',
    { cause: error, ...(location && { location }) },
  );
}
