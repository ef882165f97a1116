import {
  type Add,
  type Copy,
  DockerfileParser,
  type Dockerfile as DockerfileSyntax,
  type Instruction,
  type Run,
} from 'dockerfile-ast';

/** What the build has to know about a Dockerfile before it runs it. */
export interface Dockerfile {
  readonly text: string;
  /** Every image from outside that the file builds on or copies from, variables filled in. */
  readonly externalImages: readonly string[];
  /** The image that the last stage stands on in the end; `scratch` is one too. */
  readonly baseImage: string;
  /** Line of the last stage's FROM, counted from 1. */
  readonly baseImageLine: number;
  /** Names that ARG declares anywhere in the file. */
  readonly declaredArguments: ReadonlySet<string>;
  /**
   * Whether an instruction outside ONBUILD reads the build context. Where none does, the image
   * depends on this text, the build arguments and the external images alone.
   */
  readonly readsContext: boolean;
}

const childStage = 'heroku-docker-app';

/**
 * The same file with one more stage that stands on its last one, which fires the ONBUILD
 * instructions within one build. For builders that cannot see the engine's images
 * (https://github.com/docker/buildx/issues/2348).
 */
export function withChildStage(text: string): string {
  const last = DockerfileParser.parse(text).getFROMs().at(-1);
  const stage = last?.getBuildStage();
  if (last === undefined) return text;
  if (stage) return `${text}\nFROM ${stage}\n`;
  const { line, character } = last.getRange().end;
  const lines = text.split('\n');
  const from = lines[line] ?? '';
  lines[line] = `${from.slice(0, character)} AS ${childStage}${from.slice(character)}`;
  return `${lines.join('\n')}\nFROM ${childStage}\n`;
}

type Variables = ReadonlyMap<string, string>;

/** Platform variables that BuildKit defines for FROM lines; dynos run linux/amd64 alone. */
const platformVariables: readonly (readonly [string, string])[] = [
  ['TARGETPLATFORM', 'linux/amd64'],
  ['TARGETOS', 'linux'],
  ['TARGETARCH', 'amd64'],
  ['TARGETVARIANT', ''],
];

/** Reads a Dockerfile's text as BuildKit would with these build arguments. */
export function parseDockerfile(
  text: string,
  buildArguments: Readonly<Record<string, string>>,
): Dockerfile {
  const syntax = DockerfileParser.parse(text);
  const variables = variablesBeforeFrom(syntax, buildArguments);
  const stages = new Map<string, string>();
  const images = new Set<string>();
  let baseImage = 'scratch';
  let baseImageLine = 1;
  for (const [index, from] of syntax.getFROMs().entries()) {
    const named = expand(from.getImage() ?? '', variables);
    baseImage = stages.get(named.toLowerCase()) ?? named;
    baseImageLine = lineOf(from);
    if (!stages.has(named.toLowerCase())) images.add(named);
    stages.set(String(index), baseImage);
    const stage = from.getBuildStage();
    if (stage !== null) stages.set(stage.toLowerCase(), baseImage);
  }
  for (const source of syntax.getInstructions().flatMap(sourceImages)) {
    if (!stages.has(source.toLowerCase())) images.add(expand(source, variables));
  }
  images.delete('scratch');
  return {
    text,
    externalImages: [...images].sort(),
    baseImage,
    baseImageLine,
    declaredArguments: declaredArguments(syntax),
    readsContext: syntax.getInstructions().some(readsContext),
  };
}

function lineOf(instruction: Instruction): number {
  return instruction.getRange().start.line + 1;
}

function variablesBeforeFrom(
  syntax: DockerfileSyntax,
  buildArguments: Readonly<Record<string, string>>,
): Variables {
  const variables = new Map(platformVariables);
  for (const argument of syntax.getInitialARGs()) {
    const property = argument.getProperty();
    if (property === null) continue;
    const name = property.getName();
    const value = buildArguments[name] ?? expand(property.getValue() ?? '', variables);
    variables.set(name, value);
  }
  return variables;
}

/**
 * Fills in `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`, the forms that FROM takes
 * (https://docs.docker.com/reference/dockerfile/#environment-replacement).
 */
function expand(word: string, variables: Variables): string {
  return word.replace(
    /\$(?:(\w+)|\{(\w+)(?::([-+])([^}]*))?\})/g,
    (_match, bare: string | undefined, braced: string, operator?: string, operand = '') => {
      const value = variables.get(bare ?? braced) ?? '';
      if (operator === '-') return value === '' ? operand : value;
      if (operator === '+') return value === '' ? '' : operand;
      return value;
    },
  );
}

function declaredArguments(syntax: DockerfileSyntax): ReadonlySet<string> {
  return new Set(
    syntax
      .getInstructions()
      .filter((instruction) => instruction.getKeyword() === 'ARG')
      .flatMap((instruction) => instruction.getArguments())
      .map((argument) => argument.getValue().split('=', 1)[0] ?? ''),
  );
}

/** Names behind `COPY --from=` and `RUN --mount=…,from=`: stages or images. */
function sourceImages(instruction: Instruction): string[] {
  switch (instruction.getKeyword()) {
    case 'COPY':
      return named((instruction as Copy).getFromFlag()?.getValue());
    case 'RUN':
      return mountsOf(instruction as Run).flatMap((mount) => named(mount.get('from')));
    default:
      return [];
  }
}

function named(value: string | null | undefined): string[] {
  return value ? [value] : [];
}

function readsContext(instruction: Instruction): boolean {
  switch (instruction.getKeyword()) {
    case 'COPY':
      return (instruction as Copy).getFromFlag() === null && copiesFiles(instruction as Copy);
    case 'ADD':
      return copiesFiles(instruction as Add);
    case 'RUN':
      return mountsOf(instruction as Run).some(bindsContext);
    default:
      return false;
  }
}

/** Whether a COPY or ADD takes anything but heredocs and URLs. */
function copiesFiles(instruction: Copy | Add): boolean {
  const words = instruction
    .getJSONStrings()
    .map((word) => word.getJSONValue())
    .concat(instruction.getOpeningBracket() === null ? firstLineWords(instruction) : []);
  const sources = words.slice(0, -1);
  return sources.some((source) => !source.startsWith('<<') && !isRemote(source));
}

/** A heredoc's body is among the parser's arguments; its sources stand on the first line. */
function firstLineWords(instruction: Copy | Add): string[] {
  const arguments_ = instruction.getArguments();
  const hasHeredoc = arguments_.some((argument) => argument.getValue().startsWith('<<'));
  return arguments_
    .filter(
      (argument) =>
        !hasHeredoc || argument.getRange().start.line === instruction.getRange().start.line,
    )
    .map((argument) => argument.getValue());
}

/** ADD fetches URLs and git repositories; a variable may hold either, so it counts as a file. */
function isRemote(source: string): boolean {
  return /^(https?:|git:|ssh:|git@)/.test(source);
}

function mountsOf(instruction: Run): Map<string, string>[] {
  return instruction
    .getFlags()
    .filter((flag) => flag.getName() === 'mount')
    .map(
      (flag) =>
        new Map(
          (flag.getValue() ?? '').split(',').map((option) => {
            const [key = '', value = ''] = option.split('=', 2);
            return [key, value] as const;
          }),
        ),
    );
}

/** `bind` is the type of a mount that names none (https://docs.docker.com/reference/dockerfile/#run---mount). */
function bindsContext(mount: ReadonlyMap<string, string>): boolean {
  return (mount.get('type') ?? 'bind') === 'bind' && !mount.has('from');
}
