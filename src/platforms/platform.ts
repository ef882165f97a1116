import type { SourceLocation } from '../errors.ts';

/** An app's folder as the platforms see it: which files it has and what they say. */
export interface AppFolder {
  /** Absolute path. */
  readonly path: string;
  /** Names of the files at the root of the app's folder. */
  readonly files: readonly string[];
  /** Whether a file (not a folder) is there; the name is relative to the app's folder. */
  has(name: string): boolean;
  /** Whether a folder is there; the name is relative to the app's folder. */
  hasFolder(name: string): boolean;
  /** The text of a file, without a byte order mark; `undefined` where there is none. */
  read(name: string): string | undefined;
}

/** A value for a template's places and sections; absent ones leave their section out. */
export type TemplateValue =
  | string
  | boolean
  | undefined
  | TemplateValues
  | readonly TemplateValues[]
  | readonly string[];

export interface TemplateValues {
  readonly [name: string]: TemplateValue;
}

/** Something the user should know about a choice. */
export interface Notice {
  readonly message: string;
  /** The file that led to the choice, relative to the app's folder. */
  readonly location?: SourceLocation;
}

/** What a platform found out about one app: all that its template needs. */
export interface Plan {
  /** What was chosen, for the Dockerfile's first line: `Node.js 24.19.0 with yarn 1.22.22`. */
  readonly summary: string;
  /** Why, in words for the log: `package.json asks for Node.js 24.x; yarn.lock for yarn`. */
  readonly reason: string;
  /** Values for the template's `{{name}}` places. */
  readonly values: TemplateValues;
  /** Each becomes a warning. */
  readonly warnings: readonly Notice[];
}

/** A language (or `minimal`): how to recognise it, which version to install, what it runs by default. */
export interface Platform {
  /** Name for the `template` input and the `platform` output, and of the folder in `templates/`. */
  readonly name: string;
  /** Whether the folder holds an app of this platform. */
  detect(app: AppFolder): boolean;
  /**
   * Chooses versions and install steps from the app's own files.
   * @throws DeployError where a file cannot be understood or names an unknown version.
   */
  plan(app: AppFolder): Plan;
  /** Process types for an app without a Procfile, as the platform's buildpack has them; may be empty. */
  defaultProcessTypes(app: AppFolder): Readonly<Record<string, string>>;
}
