import { randomUUID } from 'node:crypto';
import { containerStatus, findContainers, killContainer } from '../docker/container-process.ts';
import { ensureImage } from '../docker/image.ts';
import { bootDyno, type Dyno, type PreparedDyno, prepareDyno, stopDyno } from '../dyno/dyno.ts';
import { DeployError, messageOf } from '../errors.ts';
import type { AppLog } from './app-log.ts';
import type { StateFolder } from './folder.ts';
import { type RunImages, runImageOf } from './run-images.ts';
import type { AppRecord, DynoRecord, FormationRecord, ReleaseRecord, SlugRecord } from './state.ts';
import type { Store } from './store.ts';

/** What an app is to run. */
export interface Target {
  readonly app: AppRecord;
  readonly release: ReleaseRecord;
  readonly slug: SlugRecord;
  readonly formation: readonly FormationRecord[];
}

/** What the dynos of all apps have in common. */
export interface DynosOptions {
  readonly store: Store;
  readonly folder: StateFolder;
  readonly appLog: AppLog;
  readonly runImages: RunImages | undefined;
  /** On every container: whose it is. */
  readonly labels: Readonly<Record<string, string>>;
  /** Ends what is being booted. */
  readonly signal: AbortSignal;
}

/** A dyno on its way from its container to its record. */
interface Booting {
  readonly type: string;
  readonly name: string;
  readonly command: string;
  readonly prepared: PreparedDyno;
}

/** On each container: the id of its app. */
const appLabel = 'heroku-docker-release.app';

/** https://devcenter.heroku.com/articles/release-phase#release-command-failure */
const releasePhaseMilliseconds = 3_600_000;

/** Boots and stops the dynos of apps, and keeps their records. */
export class Dynos {
  readonly #options: DynosOptions;

  constructor(options: DynosOptions) {
    this.#options = options;
  }

  /**
   * Replaces an app's dynos by those of a release. The new ones' containers are made first, so that
   * a slug or an engine that is not fit leaves the old ones running. One that crashes after its
   * start is no failure, here as on the platform.
   * @throws DeployError where a dyno cannot be made.
   */
  async replace(target: Target): Promise<void> {
    const [wanted, old] = [wantedTypes(target), this.#dynosOf(target.app)];
    if (wanted.length + old.length === 0) return;
    const booting = await this.#prepare(target, wanted);
    const strays = await this.#strays(target.app, booting);
    await Promise.all([this.stop(target.app, old), ...strays.map(stopDyno)]);
    await this.#start(target, booting);
  }

  /** Boots the dynos that the formation has and the app lacks, and stops those that it does not have. */
  async scale(target: Target): Promise<void> {
    const wanted = wantedTypes(target);
    const dynos = this.#dynosOf(target.app);
    const missing = wanted.filter((type) => !dynos.some((dyno) => dyno.type === type));
    const booting = await this.#prepare(target, missing);
    const surplus = dynos.filter((dyno) => !wanted.includes(dyno.type));
    await this.stop(target.app, surplus);
    await this.#start(target, booting);
  }

  /** Runs a process type's command once and returns its exit code. */
  async runOnce(target: Target, type: string, onLine: (line: string) => void): Promise<number> {
    const options = await this.#dynoOptions(target, type, `${type}.${target.release.version}`);
    const limit = AbortSignal.timeout(releasePhaseMilliseconds);
    const dyno = await bootDyno({ ...options, signal: AbortSignal.any([options.signal, limit]) });
    try {
      await dyno.followLogs(onLine);
      return await dyno.waitUntilExit();
    } finally {
      await dyno.stop();
    }
  }

  /** Stops dynos of an app and forgets them. */
  async stop(app: AppRecord, dynos: readonly DynoRecord[]): Promise<void> {
    await Promise.all(dynos.map(({ container }) => stopDyno(container)));
    const stopped = dynos.map(({ id }) => id);
    await this.#change(app, (all) => all.filter(({ id }) => !stopped.includes(id)));
  }

  /** An app's dynos as they are now: one that has ended since it was up has crashed. */
  async list(app: AppRecord): Promise<DynoRecord[]> {
    return Promise.all(
      app.dynos.map(async (dyno) => {
        const { status } = await containerStatus(dyno.container);
        return status === 'running' ? dyno : { ...dyno, state: 'crashed' as const };
      }),
    );
  }

  /** Containers of the app's that no record is left of: a server was killed while it made them. */
  async #strays(app: AppRecord, booting: readonly Booting[]): Promise<string[]> {
    const known = [
      ...this.#dynosOf(app).map(({ container }) => container),
      ...booting.map(({ prepared }) => prepared.container),
    ];
    const all = await findContainers(`${appLabel}=${app.id}`);
    return all.filter((container) => !known.includes(container));
  }

  async #prepare(target: Target, types: readonly string[]): Promise<Booting[]> {
    const outcomes = await Promise.allSettled(
      types.map(async (type) => {
        const options = await this.#dynoOptions(target, type, `${type}.1`);
        const prepared = await prepareDyno(options);
        return { type, name: options.name, command: options.command, prepared };
      }),
    );
    const booting = outcomes.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    const failure = outcomes.find((one) => one.status === 'rejected');
    if (!failure) return booting;
    await Promise.all(booting.map(({ prepared }) => stopDyno(prepared.container)));
    throw failure.reason;
  }

  async #dynoOptions({ app, release, slug }: Target, type: string, name: string) {
    const { folder, labels, runImages, signal } = this.#options;
    const runImage = runImageOf(slug.stack, runImages);
    const onLine = (line: string) => this.#options.appLog.tell(app, name, line);
    await ensureImage(runImage, { pull: false, setting: 'run-image', signal, onLine });
    return {
      slugPath: folder.slug(slug.id),
      runImage,
      processType: type,
      command: slug.processTypes[type] ?? '',
      configVars: release.configVars,
      name,
      labels: { ...labels, [appLabel]: app.id },
      signal,
      ...(type === 'web' && { publish: app.port }),
    };
  }

  async #start(target: Target, booting: readonly Booting[]): Promise<void> {
    await Promise.all(booting.map((one) => this.#startOne(target, one)));
  }

  async #startOne({ app, release }: Target, booting: Booting): Promise<void> {
    const record = await this.#addRecord(app, release, booting);
    await this.#options.appLog.say(
      app,
      record.name,
      `Starting process with command \`${record.command}\``,
    );
    try {
      const dyno = await booting.prepared.start();
      await this.#waitUntilUp(record, dyno);
      await this.#setState(app, record, 'up', 'State changed from starting to up');
    } catch (error) {
      await killContainer(record.container);
      await this.#options.appLog.say(app, record.name, explain(error));
      await this.#setState(app, record, 'crashed', 'State changed from starting to crashed');
    }
  }

  async #waitUntilUp(record: DynoRecord, dyno: Dyno): Promise<void> {
    if (record.type === 'web') await dyno.waitUntilListening();
  }

  async #addRecord(app: AppRecord, release: ReleaseRecord, booting: Booting): Promise<DynoRecord> {
    const now = new Date().toISOString();
    const record: DynoRecord = {
      id: randomUUID(),
      name: booting.name,
      type: booting.type,
      command: booting.command,
      container: booting.prepared.container,
      releaseId: release.id,
      state: 'starting',
      createdAt: now,
      updatedAt: now,
    };
    await this.#change(app, (dynos) => [...dynos, record]);
    return record;
  }

  async #setState(app: AppRecord, record: DynoRecord, state: DynoRecord['state'], text: string) {
    const updatedAt = new Date().toISOString();
    await this.#change(app, (dynos) =>
      dynos.map((dyno) => (dyno.id === record.id ? { ...dyno, state, updatedAt } : dyno)),
    );
    await this.#options.appLog.say(app, record.name, text);
  }

  #dynosOf(app: AppRecord): readonly DynoRecord[] {
    return this.#options.store.state.apps.find(({ id }) => id === app.id)?.dynos ?? [];
  }

  async #change(app: AppRecord, change: (dynos: DynoRecord[]) => DynoRecord[]): Promise<void> {
    await this.#options.store.update((state) => {
      const record = state.apps.find(({ id }) => id === app.id);
      if (record) record.dynos = change(record.dynos);
    });
  }
}

/** What went wrong and how to mend it, as lines of a log. */
export function explain(error: unknown): string {
  return error instanceof DeployError ? `${error.message}\n${error.remedy}` : messageOf(error);
}

function wantedTypes({ formation, slug }: Target): string[] {
  return formation
    .filter(({ type, quantity }) => quantity > 0 && Object.hasOwn(slug.processTypes, type))
    .map(({ type }) => type);
}
