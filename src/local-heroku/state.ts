/** The API's whole memory, as it is kept on disk. Times are ISO 8601 in UTC. */
export interface State {
  /** Of the file; another number is another program's. */
  readonly format: 1;
  account: AccountRecord;
  /** Signs the URLs that are used without a token. */
  signingKey: string;
  apps: AppRecord[];
  slugs: SlugRecord[];
  releases: ReleaseRecord[];
  pipelines: PipelineRecord[];
  promotions: PromotionRecord[];
}

/** The one account there is. */
export interface AccountRecord {
  id: string;
  email: string;
}

/** An app with what belongs to it alone. */
export interface AppRecord {
  id: string;
  name: string;
  /** Name of the stack that it runs on. */
  stack: string;
  /** Name of the stack that its next slug is for. */
  buildStack: string;
  generation: 'cedar' | 'fir';
  /** Where its web dyno is published; the same for all its releases. */
  port: number;
  maintenance: boolean;
  configVars: Record<string, string>;
  formation: FormationRecord[];
  dynos: DynoRecord[];
  addOns: AddOnRecord[];
  currentReleaseId: string | null;
  createdAt: string;
  updatedAt: string;
  releasedAt: string | null;
}

/** How many dynos a process type is to have. */
export interface FormationRecord {
  id: string;
  type: string;
  quantity: number;
  createdAt: string;
  updatedAt: string;
}

/** A dyno that was started, whatever became of it. */
export interface DynoRecord {
  id: string;
  /** `web.1` */
  name: string;
  type: string;
  command: string;
  /** Name of its container. */
  container: string;
  releaseId: string;
  state: 'starting' | 'up' | 'crashed';
  createdAt: string;
  updatedAt: string;
}

/** A slug; its bytes are in the blob folder. */
export interface SlugRecord {
  id: string;
  appId: string;
  stack: string;
  processTypes: Record<string, string>;
  /** What the client said. */
  checksum: string | null;
  commit: string | null;
  commitDescription: string | null;
  buildpackProvidedDescription: string | null;
  /** Bytes that were uploaded; `null` before. */
  size: number | null;
  /** SHA-256 of what was uploaded, in hex; `null` before. */
  uploadedSha256: string | null;
  createdAt: string;
  updatedAt: string;
}

/** A slug together with the config vars of its time. */
export interface ReleaseRecord {
  id: string;
  appId: string;
  version: number;
  status: 'pending' | 'succeeded' | 'failed';
  description: string;
  slugId: string | null;
  configVars: Record<string, string>;
  /** Whether its slug's release phase does not run: an add-on made it. */
  withoutReleasePhase: boolean;
  /** Plans of the add-ons of its time. */
  addOnPlans: string[];
  createdAt: string;
  updatedAt: string;
}

/** An add-on of an app; it is nothing but the config vars that it sets. */
export interface AddOnRecord {
  id: string;
  /** `postgresql-shallow-12345` */
  name: string;
  /** `heroku-postgresql` */
  service: string;
  /** With that of its service: `heroku-postgresql:essential-0` */
  plan: string;
  configVars: Record<string, string>;
  createdAt: string;
}

/** Apps of the same code, each at a stage on its way. */
export interface PipelineRecord {
  id: string;
  name: string;
  couplings: CouplingRecord[];
  createdAt: string;
}

/** An app's place in a pipeline. */
export interface CouplingRecord {
  id: string;
  appId: string;
  stage: string;
  createdAt: string;
}

/** One app's slug given to others. */
export interface PromotionRecord {
  id: string;
  pipelineId: string;
  sourceAppId: string;
  sourceReleaseId: string;
  targets: PromotionTargetRecord[];
  createdAt: string;
}

/** What a promotion came to at one app: a release, or the reason that there is none. */
export interface PromotionTargetRecord {
  id: string;
  appId: string;
  releaseId: string | null;
  error: string | null;
}
