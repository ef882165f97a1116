/** An app's folder as the platforms see it: which files it has at its root and what they say. */
export interface AppFolder {
  /** Absolute path. */
  readonly path: string;
  /** Whether a file (not a folder) is there; the name is relative to the app's folder. */
  has(name: string): boolean;
  /** The text of a file, without a byte order mark; `undefined` where there is none. */
  read(name: string): string | undefined;
  /** Names of the files at the root of the app's folder. */
  readonly files: readonly string[];
}

/** What a platform found out about one app: all that its template needs. */
export interface Plan {
  /** Why these choices, in words for the log: `package.json and yarn.lock → node 24.19.0, yarn 1`. */
  readonly reason: string;
  /** Values for the template's `{{name}}` places. */
  readonly values: Readonly<Record<string, string>>;
  /** Things the user should know about the choice; each becomes a warning. */
  readonly warnings: readonly string[];
}

/** A language (or `minimal`): how to recognise it, which version to install, what it runs by default. */
export interface Platform {
  /** Name for the `template` input and the `platform` output. */
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
