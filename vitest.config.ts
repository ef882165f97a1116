import { defineConfig } from 'vitest/config';

// Real builds and real boots; a test that hangs still ends.
const timeouts = { testTimeout: 180_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    globalSetup: './test/support/temporary-folder.ts',
    reporters: ['default', './test/support/fault-reporter.ts', './test/support/count-reporter.ts'],
    projects: [
      {
        test: {
          ...timeouts,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/faults/**', 'test/examples/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // One after the other: they look at what is left in the engine.
        test: {
          ...timeouts,
          name: 'end-to-end',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // One file after the other, and within a file several faults at once: most of it is waiting.
        test: {
          ...timeouts,
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          fileParallelism: false,
          maxConcurrency: 6,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Side by side, as many as there is room for: a build of one language is mostly waiting.
        test: {
          ...timeouts,
          name: 'examples',
          include: ['test/examples/**/*.test.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
