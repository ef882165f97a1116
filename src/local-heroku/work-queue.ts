/** Work that goes on after its request was answered: one piece after another for each app. */
export class WorkQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Does the work when all that was queued for the app before is done; its failure is the caller's to see. */
  run<Result>(appId: string, work: () => Promise<Result>): Promise<Result> {
    const done = (this.#last.get(appId) ?? Promise.resolve()).then(work);
    this.#last.set(
      appId,
      done.catch(() => {}),
    );
    return done;
  }

  /** Waits until nothing is queued or under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
