import type { AppLog } from './app-log.ts';
import type { Dynos } from './dynos.ts';
import type { StateFolder } from './folder.ts';
import type { UrlSigner } from './signed-urls.ts';
import type { Store } from './store.ts';
import type { WorkQueue } from './work-queue.ts';

/** The parts that the API's resources work with. */
export interface Platform {
  readonly store: Store;
  readonly folder: StateFolder;
  readonly signer: UrlSigner;
  /** Seconds that the URL of a slug's blob is good for. */
  readonly blobLifetimeSeconds: number;
  readonly dynos: Dynos;
  readonly appLog: AppLog;
  readonly work: WorkQueue;
  /** Ids of the releases whose release phase is running now. */
  readonly releasePhases: Set<string>;
  /** Where the server listens, such as `http://127.0.0.1:5000`. */
  readonly origin: string;
}
