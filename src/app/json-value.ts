import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { DeployError, messageOf } from '../errors.ts';

/** A value of a JSON file that knows where it stands. */
export class JsonValue {
  readonly #text: string;
  readonly #node: Node;

  private constructor(text: string, node: Node) {
    this.#text = text;
    this.#node = node;
  }

  /**
   * Reads a file's text.
   * @param file for the error.
   * @throws DeployError with the line where it is no JSON.
   */
  static parse(text: string, file: string): JsonValue {
    const errors: ParseError[] = [];
    const root = readTree(text, errors, file);
    const [error] = errors;
    if (root !== undefined && error === undefined) return new JsonValue(text, root);
    const offset = error?.offset ?? 0;
    const code = error === undefined ? 'ValueExpected' : printParseErrorCode(error.error);
    throw noJson(file, inWords(code), lineAt(text, offset));
  }

  /** Where it begins, counted from 1. */
  get line(): number {
    return lineAt(this.#text, this.#node.offset);
  }

  /** A text, a number, true, false or null; `undefined` for all else. */
  get value(): unknown {
    return this.#node.value;
  }

  /** The entries of an object, of those of one name the last; `undefined` for all else. */
  get members(): ReadonlyMap<string, JsonValue> | undefined {
    if (this.#node.type !== 'object') return undefined;
    const properties = this.#node.children ?? [];
    return new Map(
      properties.flatMap(({ children: [name, value] = [] }) =>
        name && value ? [[String(name.value), new JsonValue(this.#text, value)]] : [],
      ),
    );
  }

  /** The entries of a list; `undefined` for all else. */
  get elements(): readonly JsonValue[] | undefined {
    if (this.#node.type !== 'array') return undefined;
    return (this.#node.children ?? []).map((node) => new JsonValue(this.#text, node));
  }
}

function readTree(text: string, errors: ParseError[], file: string): Node | undefined {
  try {
    return parseTree(text, errors, { disallowComments: true });
  } catch (error) {
    throw noJson(file, messageOf(error), 1, error); // Nested too deeply for it.
  }
}

function noJson(file: string, what: string, line: number, cause?: unknown): DeployError {
  return new DeployError(
    `${file}, line ${line}: this is no JSON: ${what}.`,
    'JSON has its names and texts in double quotes, no comments, and no comma after the last entry.',
    { cause, location: { file, line } },
  );
}

/** `ColonExpected`: `colon expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?<!^)[A-Z]/g, ' $&').toLowerCase();
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length;
}
