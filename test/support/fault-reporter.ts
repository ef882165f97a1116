import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What a test of the fault suite is about, and how the run that it did ended. */
export interface TriedFault {
  /** What was at fault: `Docker engine`. */
  readonly kind: string;
  /** Absent where the test never came so far. */
  ended?: 'released' | 'failed' | 'ended';
}

declare module 'vitest' {
  interface TaskMeta {
    fault?: TriedFault;
  }
}

/** Tells how many faults were tried and how many of them were survived, in all and by kind. */
export default class FaultReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const tried = tests.filter((test) => test.meta().fault !== undefined);
    if (tried.length === 0) return;
    const byKind = Map.groupBy(tried, (test) => test.meta().fault?.kind);
    const lines = [...byKind].map(([kind, some]) => `  ${kind}: ${account(some)}`);
    process.stdout.write(`\n${[`faults: ${account(tried)}`, ...lines].join('\n')}\n`);
  }
}

function account(tried: readonly TestCase[]): string {
  const survived = tried.filter((test) => test.result().state === 'passed');
  const ended = (how: TriedFault['ended']) =>
    survived.filter((test) => test.meta().fault?.ended === how).length;
  const endings = [
    `${ended('released')} released all the same`,
    `${ended('failed')} failed clearly`,
    `${ended('ended')} ended at once, as told to`,
  ].filter((ending) => !ending.startsWith('0 '));
  return `${tried.length} tried, ${survived.length} survived: ${endings.join(', ')}`;
}
