import { defineConfig } from 'vitest/config';

// Real builds and real boots; a test that hangs still ends.
const timeouts = { testTimeout: 180_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    globalSetup: './test/support/temporary-folder.ts',
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: [
      {
        test: {
          ...timeouts,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
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
    ],
  },
});
