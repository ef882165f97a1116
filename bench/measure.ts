import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** What one run took. */
export interface Measured<Result> {
  readonly result: Result;
  /** Seconds. */
  readonly wall: number;
  /** Seconds of all cores, of everything that ran: the engine and the container do most of the work. */
  readonly cpu: number;
  /** Cores that were busy on average in the last quarter of the time. */
  readonly busyAtEnd: number;
}

interface Sample {
  readonly time: number;
  readonly busy: number;
}

/** Runs `work` and measures the whole machine meanwhile, through Linux's `/proc/stat` (proc(5)). */
export async function measure<Result>(work: () => Promise<Result>): Promise<Measured<Result>> {
  const samples: Sample[] = [sample()];
  const timer = setInterval(() => samples.push(sample()), 100);
  const result = await work().finally(() => clearInterval(timer));
  samples.push(sample());
  const [first, last] = [samples[0] as Sample, samples.at(-1) as Sample];
  const lastQuarter = first.time + (last.time - first.time) * 0.75;
  const from = samples.find(({ time }) => time >= lastQuarter) as Sample;
  return {
    result,
    wall: last.time - first.time,
    cpu: last.busy - first.busy,
    busyAtEnd: Math.min((last.busy - from.busy) / (last.time - from.time), availableParallelism()),
  };
}

/** Linux counts in hundredths of a second (proc(5), USER_HZ). */
const ticksPerSecond = 100;

function sample(): Sample {
  const line = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0] ?? '';
  const [user, nice, system, , , interrupts, softInterrupts] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const ticks = [user, nice, system, interrupts, softInterrupts].reduce<number>(
    (sum, part) => sum + (part ?? 0),
    0,
  );
  return { time: performance.now() / 1000, busy: ticks / ticksPerSecond };
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
