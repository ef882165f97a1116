import {
  type Add,
  type Arg,
  type Argument,
  type Copy,
  DockerfileParser,
  type Dockerfile as DockerfileSyntax,
  type Env,
  type From,
  type Instruction,
  type JSONInstruction,
  type Onbuild,
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
   * Whether an instruction outside ONBUILD reads the build context (or an image whose name cannot
   * be told from here). Where none does, the image depends on this text, the build arguments and
   * the external images alone.
   */
  readonly readsContext: boolean;
  /** What makes the image: the instructions of the last stage and of those that it stands on. */
  readonly steps: readonly Step[];
  /** Those of the steps that wait in the last stage, behind ONBUILD, for the app. */
  readonly triggers: readonly Step[];
}

/** An instruction, in the order in which it comes to hold: one behind ONBUILD when it fires. */
export interface Step {
  /** In capitals; that of what ONBUILD fires. */
  readonly keyword: string;
  /** What follows the keyword, on one line; the variables of USER are filled in. */
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** Whether it is a COPY, ADD or RUN that takes files from the build context. */
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
    const named = expand(source, variables);
    if (!stages.has(named.toLowerCase())) images.add(named);
  }
  const external = [...images].filter((image) => image !== '' && image !== 'scratch').sort();
  const known = external.filter((image) => !image.includes('$'));
  const { steps, triggers } = lastStage(syntax, variables, buildArguments);
  return {
    text,
    externalImages: known,
    baseImage,
    baseImageLine,
    declaredArguments: declaredArguments(syntax),
    readsContext: known.length < external.length || syntax.getInstructions().some(readsContext),
    steps: [...steps, ...triggers],
    triggers,
  };
}

/** A stage with all that it stands on, and what waits for the stage after it. */
interface Stage {
  readonly steps: Step[];
  readonly triggers: Step[];
  readonly variables: Map<string, string>;
}

function lastStage(
  syntax: DockerfileSyntax,
  beforeFrom: Variables,
  buildArguments: Readonly<Record<string, string>>,
): Stage {
  const stages = new Map<string, Stage>();
  const given = new Map([...beforeFrom, ...Object.entries(buildArguments)]);
  let stage: Stage = { steps: [], triggers: [], variables: new Map() };
  for (const instruction of syntax.getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const from = instruction as From;
      stage = stageOn(stages.get(expand(from.getImage() ?? '', beforeFrom).toLowerCase()));
      stages.set((from.getBuildStage() ?? '').toLowerCase(), stage);
    } else if (instruction.getKeyword() === 'ONBUILD') {
      const fired = (instruction as Onbuild).getTriggerInstruction();
      if (fired !== null) stage.triggers.push(toStep(fired, lineOf(instruction), stage.variables));
    } else {
      define(instruction, stage.variables, given);
      stage.steps.push(toStep(instruction, lineOf(instruction), stage.variables));
    }
  }
  return stage;
}

function stageOn(parent: Stage | undefined): Stage {
  return {
    steps: parent === undefined ? [] : [...parent.steps, ...parent.triggers],
    triggers: [],
    variables: new Map(parent?.variables),
  };
}

function toStep(instruction: Instruction, line: number, variables: Variables): Step {
  const keyword = instruction.getKeyword();
  const text = instruction.getArgumentsContent() ?? '';
  return {
    keyword,
    text: keyword === 'USER' ? expand(text, variables) : text,
    line,
    readsContext: readsContext(instruction),
  };
}

/** Of a variable, in characters: `ENV A=$A$A` in many lines would grow without end. */
const longestValue = 4096;

/** Takes in what an ARG or ENV sets. */
function define(instruction: Instruction, variables: Map<string, string>, given: Variables): void {
  const keyword = instruction.getKeyword();
  if (keyword !== 'ARG' && keyword !== 'ENV') return;
  for (const property of (instruction as Arg | Env).getProperties()) {
    const name = property.getName();
    const argument = keyword === 'ARG' ? given.get(name) : undefined;
    const value = argument ?? expand(property.getValue() ?? '', variables);
    variables.set(name, value.slice(0, longestValue));
  }
}

function lineOf(instruction: Instruction): number {
  return instruction.getRange().start.line + 1;
}

function variablesBeforeFrom(
  syntax: DockerfileSyntax,
  buildArguments: Readonly<Record<string, string>>,
): Variables {
  const variables = new Map(platformVariables);
  const given = new Map(Object.entries(buildArguments));
  for (const property of syntax.getInitialARGs().flatMap((argument) => argument.getProperties())) {
    const name = property.getName();
    const standard = property.getValue();
    const value = given.get(name) ?? (standard === null ? undefined : expand(standard, variables));
    // One without a value leaves what BuildKit has defined: `ARG TARGETARCH`.
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

const bareVariable = /\$(\w+)/g;
/** The operand of one that holds another is filled in from the inside out. */
const innermostVariable = /\$\{(\w+)(?:(:?)([-+?])([^${}]*))?\}/;

/**
 * Fills in `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` (with or without the colon),
 * the forms that FROM takes (https://docs.docker.com/reference/dockerfile/#environment-replacement),
 * and takes the quotes off. A pattern such as `${NAME#v}` is left as it is.
 */
function expand(word: string, variables: Variables): string {
  // No image's name has a dollar sign or quotes, so a value's own need not be kept.
  const valueFor = (name: string) => variables.get(name)?.replaceAll(/["'$]/g, '');
  let text = word
    .replaceAll(/["']/g, '')
    .replaceAll(bareVariable, (_match, name: string) => valueFor(name) ?? '');
  for (let found = innermostVariable.exec(text); found; found = innermostVariable.exec(text)) {
    const [whole, name = '', colon, operator, operand = ''] = found;
    const value = valueFor(name);
    const isEmpty = colon === ':' && value === '';
    text = text.replace(whole, () => substitute(operator, isEmpty ? undefined : value, operand));
  }
  return text;
}

function substitute(operator: string | undefined, value: string | undefined, operand: string) {
  if (operator === '+') return value === undefined ? '' : operand;
  if (operator === '-') return value ?? operand;
  return value ?? '';
}

function declaredArguments(syntax: DockerfileSyntax): ReadonlySet<string> {
  return new Set(
    syntax
      .getInstructions()
      .filter((instruction) => instruction.getKeyword() === 'ARG')
      .flatMap((instruction) => (instruction as Arg).getProperties())
      .map((property) => property.getName()),
  );
}

/** Names behind `COPY --from=` and `RUN --mount=…,from=`: stages or images. */
function sourceImages(instruction: Instruction): string[] {
  switch (instruction.getKeyword()) {
    case 'COPY':
      return named(flagOf(instruction as Copy, 'from'));
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
      return flagOf(instruction as Copy, 'from') === undefined && copiesFiles(instruction as Copy);
    case 'ADD':
      return copiesFiles(instruction as Add);
    case 'RUN':
      return mountsOf(instruction as Run).some(bindsContext);
    default:
      return false;
  }
}

/** The parser's own `getFromFlag` finds one only where it is the only flag. */
function flagOf(instruction: JSONInstruction, name: string): string | undefined {
  const found = instruction.getFlags().find((flag) => flag.getName() === name);
  return found && (found.getValue() ?? '');
}

/** Whether a COPY or ADD takes anything but heredocs and URLs. */
function copiesFiles(instruction: Copy | Add): boolean {
  const words = instruction
    .getJSONStrings()
    .map((word) => word.getJSONValue())
    .concat(instruction.getOpeningBracket() === null ? plainWords(instruction) : []);
  const sources = words.slice(0, -1);
  return sources.some((source) => !source.startsWith('<<') && !isRemote(source));
}

/** Sources and target: the parser counts the bodies of heredocs, which follow them, among the arguments. */
function plainWords(instruction: Copy | Add): string[] {
  const bodyLines = instruction.getArguments().some(isHeredoc)
    ? (instruction as Copy).getHeredocs().flatMap((heredoc) => {
        const body = heredoc.getContentRange() ?? heredoc.getDelimiterRange();
        return body === null ? [] : [body.start.line];
      })
    : [];
  const firstBodyLine = Math.min(...bodyLines);
  return instruction
    .getArguments()
    .filter((argument) => argument.getRange().start.line < firstBodyLine)
    .map((argument) => argument.getValue());
}

function isHeredoc(argument: Argument): boolean {
  return argument.getValue().startsWith('<<');
}

/** ADD fetches URLs and git repositories; a variable may hold either, so it counts as a file. */
function isRemote(source: string): boolean {
  return /^(https?|git|ssh):\/\/|^[\w-]+@[\w.-]+:/.test(source);
}

function mountsOf(instruction: Run): Map<string, string>[] {
  return instruction
    .getFlags()
    .filter((flag) => flag.getName() === 'mount')
    .map(
      (flag) =>
        new Map(
          (flag.getValue() ?? '')
            .replaceAll(/["']/g, '')
            .split(',')
            .map((option) => {
              const [key = '', value = ''] = option.split('=', 2);
              return [key.toLowerCase(), value] as const;
            }),
        ),
    );
}

/** `bind` is the type of a mount that names none (https://docs.docker.com/reference/dockerfile/#run---mount). */
function bindsContext(mount: ReadonlyMap<string, string>): boolean {
  return (mount.get('type') ?? 'bind').toLowerCase() === 'bind' && !mount.has('from');
}
