import { randomUUID } from 'node:crypto';

/** This run's id, in the names of all that it makes and must not leave: whoever ends it finds that by it. */
export const runId = randomUUID();
